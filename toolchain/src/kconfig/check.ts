// Finds what is wrong with a tree that parses: circular dependencies (errors), and properties
// that cannot mean what they say (warnings).
import { type Problem, ProblemsError, type SourceLocation } from "../problems.ts";
import { type Expression, Op } from "./expression.ts";
import { type KSymbol, type Property, PropertyKind, typeName, ValueType } from "./model.ts";
import { isValidText } from "./numbers.ts";
import type { ParsedTree } from "./parser.ts";

export function checkTree(tree: ParsedTree): void {
  const warn = (message: string, location: SourceLocation): void => {
    tree.warnings.push({ path: "", message, location });
  };
  for (const symbol of tree.symbols.all) {
    if (symbol.nodes.length > 0) checkProperties(symbol, warn);
  }
  const problems = new CycleFinder(tree.symbols.all).find();
  if (problems.length > 0) throw new ProblemsError(problems);
}

type Warn = (message: string, location: SourceLocation) => void;

function checkProperties(symbol: KSymbol, warn: Warn): void {
  const place = symbol.nodes[0]?.location as SourceLocation;
  const name = symbol.displayName;
  if (symbol.type === ValueType.Unknown) warn(`'${name}' is defined without a type`, place);
  if (symbol.isChoice && symbol.prompts.length === 0) warn("a choice must have a prompt", place);
  const isNumber = symbol.type === ValueType.Int || symbol.type === ValueType.Hex;
  for (const property of symbol.defaults) checkDefault(symbol, property, isNumber, warn);
  for (const property of [...symbol.selects, ...symbol.implies]) {
    checkSelection(symbol, property, warn);
  }
  for (const { target, upper, location } of symbol.ranges) {
    if (!isNumber) warn(`'${name}': a range is only for int or hex symbols`, location);
    else if (![target, upper].every((end) => end !== null && isNumberOf(symbol, end))) {
      warn(`'${name}': the range's ends are not numbers`, location);
    }
  }
}

function checkDefault(symbol: KSymbol, property: Property, isNumber: boolean, warn: Warn): void {
  const name = symbol.displayName;
  const value = property.value?.op === Op.Symbol ? property.value.symbol : null;
  if (value === null) {
    if (isNumber || symbol.type === ValueType.String) {
      warn(`the default of '${name}' must be a single symbol or value`, property.location);
    }
    return;
  }
  if (isNumber && !isNumberOf(symbol, value)) {
    warn(`'${name}': the default '${value.displayName}' is not a number`, property.location);
  }
  if (symbol.isChoice && value.choice !== symbol) {
    warn(`the default '${value.displayName}' is not in the choice`, property.location);
  }
}

function checkSelection(symbol: KSymbol, property: Property, warn: Warn): void {
  const verb = property.kind === PropertyKind.Select ? "select" : "imply";
  const target = property.target as KSymbol;
  if (!symbol.isBoolean) {
    warn(
      `'${symbol.displayName}' is ${typeName(symbol.type)}: it cannot ${verb}`,
      property.location,
    );
  } else if (target.type !== ValueType.Unknown && !target.isBoolean) {
    warn(
      `'${target.displayName}' is ${typeName(target.type)}: no symbol can ${verb} it`,
      property.location,
    );
  }
}

function isNumberOf(symbol: KSymbol, value: KSymbol): boolean {
  if (value.type === ValueType.Int || value.type === ValueType.Hex) return true;
  return value.type === ValueType.Unknown && isValidText(symbol.type, value.name ?? "");
}

/** One reason why a symbol's value needs another's. */
interface Step {
  readonly symbol: KSymbol;
  readonly how: string;
  readonly location: SourceLocation;
}

/**
 * Follows every dependency depth first. A choice and its values are computed together, so they
 * count as one: no value may depend on another, nor the choice on a value.
 */
class CycleFinder {
  private readonly symbols: readonly KSymbol[];
  private readonly open = new Set<KSymbol>();
  private readonly done = new Set<KSymbol>();
  private readonly path: Step[] = [];
  private readonly problems: Problem[] = [];

  constructor(symbols: readonly KSymbol[]) {
    this.symbols = symbols;
  }

  find(): Problem[] {
    for (const symbol of this.symbols) this.visit(symbol);
    return this.problems;
  }

  private visit(symbol: KSymbol): void {
    if (symbol.nodes.length === 0 && symbol.reverseDependency === null) return;
    const unit = symbol.choice ?? symbol;
    if (this.open.has(unit)) {
      this.report(unit);
      return;
    }
    if (this.done.has(unit)) return;
    this.done.add(unit);
    this.open.add(unit);
    this.visitDependencies(unit, unit);
    for (const member of unit.members) this.visitDependencies(member, unit);
    this.open.delete(unit);
  }

  private visitDependencies(symbol: KSymbol, unit: KSymbol): void {
    const place = symbol.nodes[0]?.location ?? symbol.selectedBy[0]?.property.location;
    if (place === undefined) return;
    const follow = (expression: Expression | null, how: string, location: SourceLocation): void =>
      this.follow(expression, { symbol, how, location }, unit);
    follow(symbol.directDependency, "depends on", place);
    follow(
      symbol.reverseDependency,
      "is selected by",
      symbol.selectedBy[0]?.property.location ?? place,
    );
    follow(
      symbol.impliedDependency,
      "is implied by",
      symbol.impliedBy[0]?.property.location ?? place,
    );
    for (const property of symbol.prompts) {
      follow(property.condition, "has a prompt that depends on", property.location);
    }
    for (const property of symbol.ranges) {
      follow(property.condition, "has a range that depends on", property.location);
    }
    for (const property of symbol.defaults) {
      follow(property.condition, "has a default that depends on", property.location);
      if (!symbol.isChoice) follow(property.value, "has the default", property.location);
    }
  }

  private follow(expression: Expression | null, step: Step, unit: KSymbol): void {
    if (expression === null) return;
    for (const next of [expression.symbol, expression.other]) {
      // Every value of a choice depends on the choice, and that is no cycle.
      if (next === null || (next === unit && step.symbol !== unit)) continue;
      this.path.push(step);
      this.visit(next);
      this.path.pop();
    }
    this.follow(expression.left, step, unit);
    this.follow(expression.right, step, unit);
  }

  private report(unit: KSymbol): void {
    const start = this.path.findIndex((step) => (step.symbol.choice ?? step.symbol) === unit);
    const cycle = this.path.slice(start);
    const first = cycle[0];
    if (first === undefined) return;
    const lines = cycle.map((step, i) => {
      const next = cycle[i + 1]?.symbol ?? first.symbol;
      const { file, line } = step.location;
      return `${step.symbol.displayName} ${step.how} ${next.displayName} (${file}:${line})`;
    });
    this.problems.push({
      path: "",
      message: `circular dependency: ${lines.join("; ")}`,
      location: first.location,
    });
  }
}
