// The `when` conditions of library.json: SYMBOL, SYMBOL=value, SYMBOL!=value, !, &&, || and
// parentheses, over a resolved configuration.

/** Evaluates a condition; `where` names the place in errors. */
export function evaluateCondition(
  condition: string,
  values: ReadonlyMap<string, string>,
  where: string,
): boolean {
  const tokens = condition.match(/\s*(&&|\|\||!=|=|!|\(|\)|"[^"]*"|[A-Za-z0-9_]+)/g) ?? [];
  const fail = (problem: string): never => {
    throw new Error(`${where}: when: "${condition}": ${problem}`);
  };
  if (tokens.join("").trim() !== condition.trim()) fail("not understood");
  let position = 0;
  const peek = () => tokens[position]?.trim();
  const next = () => tokens[position++]?.trim();

  const disjunction = (): boolean => {
    let value = conjunction();
    while (peek() === "||") {
      next();
      const right = conjunction();
      value = value || right;
    }
    return value;
  };
  const conjunction = (): boolean => {
    let value = negation();
    while (peek() === "&&") {
      next();
      const right = negation();
      value = value && right;
    }
    return value;
  };
  const negation = (): boolean => {
    if (peek() === "!") {
      next();
      return !negation();
    }
    if (peek() === "(") {
      next();
      const value = disjunction();
      if (next() !== ")") fail("a parenthesis is not closed");
      return value;
    }
    return comparison();
  };
  const comparison = (): boolean => {
    const symbol = next();
    if (!symbol || !/^[A-Z0-9_]+$/.test(symbol)) return fail("expected a symbol");
    const value = values.get(symbol) ?? "n";
    const operator = peek();
    if (operator !== "=" && operator !== "!=") return value === "y" || value === "m";
    next();
    const literal = next()?.replaceAll('"', "");
    if (literal === undefined) return fail(`expected a value after ${operator}`);
    return (value === literal) === (operator === "=");
  };

  const result = disjunction();
  if (position !== tokens.length) fail(`unexpected "${peek()}"`);
  return result;
}
