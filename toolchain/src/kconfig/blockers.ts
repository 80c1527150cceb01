// Finds the statements that keep a symbol from being set: `depends on`, `if`, `visible if` and
// the conditions of prompts, with the symbols whose values make them fail.
import type { SourceLocation } from "../problems.ts";
import type { Evaluation } from "./evaluate.ts";
import { type Expression, format, isComparison, Op } from "./expression.ts";
import { type Condition, type KSymbol, type MenuNode, NO } from "./model.ts";
import { operandsOf } from "./simplify.ts";

export interface Blocker {
  /** The part of the statement that is off. */
  readonly text: string;
  /** Symbols whose values have to change for it to be on. */
  readonly causes: readonly KSymbol[];
  readonly location: SourceLocation;
}

/** Every statement that has to change; none when the symbol can be set. */
export function blockersOf(evaluation: Evaluation, symbol: KSymbol): Blocker[] {
  const { directDependency, nodes, prompts } = symbol;
  const isFirst = (one: Blocker, index: number, all: Blocker[]): boolean =>
    all.findIndex(({ text, location }) => text === one.text && location === one.location) === index;
  if (isOff(evaluation, directDependency)) {
    // Each definition has its own, and one that is on would be enough.
    return nodes
      .flatMap((node) => failing(evaluation, node, "dependency", node.dependency, node.location))
      .filter(isFirst);
  }
  if (prompts.some((prompt) => !isOff(evaluation, prompt.condition))) return [];
  return prompts
    .flatMap(({ node, condition, location }) =>
      failing(evaluation, node, "visibility", condition, location),
    )
    .filter(isFirst);
}

/** The statements of one kind around a node that are off; else what is off of all of them. */
function failing(
  evaluation: Evaluation,
  node: MenuNode,
  kind: Condition["kind"],
  whole: Expression | null,
  place: SourceLocation,
): Blocker[] {
  const written: Condition[] = [];
  for (let at: MenuNode | null = node; at !== null; at = at.enclosing) {
    written.unshift(...at.conditions.filter((condition) => condition.kind === kind));
  }
  const off = written.filter(({ expression }) => isOff(evaluation, expression));
  // A literal m is off without modules, although it is not when it is looked at alone.
  if (off.length === 0) return [blocker(evaluation, whole, place)];
  return off.map(({ expression, location }) => blocker(evaluation, expression, location));
}

function blocker(
  evaluation: Evaluation,
  expression: Expression | null,
  location: SourceLocation,
): Blocker {
  const operands = failingOperands(evaluation, expression);
  const causes = new Set<KSymbol>();
  for (const operand of operands) collectCauses(evaluation, operand, false, causes);
  return { text: describe(operands), causes: [...causes], location };
}

const isOff = (evaluation: Evaluation, expression: Expression | null): boolean =>
  expression !== null && evaluation.evaluate(expression) === NO;

/** Of an "and" the operands that are off, of anything else all of it; none when it is on. */
export function failingOperands(
  evaluation: Evaluation,
  expression: Expression | null,
): Expression[] {
  if (expression === null || !isOff(evaluation, expression)) return [];
  const operands = operandsOf(expression, Op.And).filter((operand) => isOff(evaluation, operand));
  return operands.length > 0 ? operands : [expression];
}

export function describe(operands: readonly Expression[]): string {
  const surrounding = operands.length > 1 ? Op.And : Op.Or;
  return operands.map((operand) => format(operand, nameInText, surrounding)).join(" && ");
}

function nameInText(symbol: KSymbol | null): string {
  if (symbol === null) return "";
  if (symbol.isChoice && symbol.name === null) return `the choice "${symbol.prompts[0]?.text}"`;
  const isConstantText = symbol.isConstant && symbol.type === 0;
  return isConstantText ? `"${symbol.name}"` : symbol.displayName;
}

/** The symbols that make an expression on or off, as it is now. */
function collectCauses(
  evaluation: Evaluation,
  expression: Expression | null,
  isOn: boolean,
  found: Set<KSymbol>,
): void {
  if (expression === null) return;
  const { op, left, right, symbol, other } = expression;
  if (op === Op.Not) collectCauses(evaluation, left, !isOn, found);
  else if (op === Op.And || op === Op.Or) {
    for (const operand of [left, right]) {
      // `A && B` is on because of both, off because of those that are off; `A || B` the reverse.
      if (isOff(evaluation, operand) !== isOn) collectCauses(evaluation, operand, isOn, found);
    }
  } else {
    const operands = isComparison(expression) ? [symbol, other] : [symbol];
    for (const operand of operands) {
      const isVariable = operand !== null && !operand.isConstant && operand.name !== null;
      if (isVariable && (operand.nodes.length > 0 || !isComparison(expression))) found.add(operand);
    }
  }
}
