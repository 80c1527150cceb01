// Finds what is wrong with a tree that parses: circular dependencies (errors), and properties
// that cannot mean what they say (warnings).
import { type Problem, ProblemsError, type SourceLocation } from "../problems.ts";
import { type Expression, Op } from "./expression.ts";
import {
  type KSymbol,
  type Property,
  PropertyKind,
  propertyName,
  typeName,
  ValueType,
} from "./model.ts";
import { isValidText } from "./numbers.ts";
import type { ParsedTree } from "./parser.ts";

export function checkTree(tree: ParsedTree): void {
  const warn = (message: string, location: SourceLocation): void => {
    tree.warnings.push({ path: "", message, location });
  };
  for (const symbol of tree.symbols.all) {
    if (symbol.nodes.length > 0) checkProperties(symbol, warn);
  }
  const problems = [
    ...tree.symbols.all.filter((symbol) => symbol.isTransitional).flatMap(checkTransitional),
    ...new CycleFinder(tree.symbols.all).find(),
  ];
  if (problems.length > 0) throw new ProblemsError(problems);
}

/** A transitional symbol only passes on an old file's value: it has a type and a help, no more. */
function checkTransitional(symbol: KSymbol): Problem[] {
  const { prompts, defaults, ranges, selects, implies } = symbol;
  return [...prompts, ...defaults, ...ranges, ...selects, ...implies].map(({ kind, location }) => ({
    path: "",
    message: `'${symbol.displayName}' is transitional: it cannot have a ${propertyName(kind)}`,
    location,
  }));
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
  readonly next: KSymbol;
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
  private readonly done: Uint8Array;
  private readonly followed = new Set<Expression>();
  private readonly problems: Problem[] = [];
  /** Filled while the search returns from where a circle closed. */
  private cycle: Step[] = [];
  private cycleEnd: KSymbol | null = null;

  constructor(symbols: readonly KSymbol[]) {
    this.symbols = symbols;
    this.done = new Uint8Array(symbols.length);
  }

  find(): Problem[] {
    for (const symbol of this.symbols) this.visit(symbol);
    return this.problems;
  }

  /** True when a circle was found that is still open at this symbol. */
  private visit(symbol: KSymbol): boolean {
    const unit = symbol.choice ?? symbol;
    if (this.open.has(unit)) {
      this.cycle = [];
      this.cycleEnd = unit;
      return true;
    }
    if (this.done[unit.index] === 1) return false;
    this.done[unit.index] = 1;
    this.open.add(unit);
    let isCircular = this.visitDependencies(unit, unit);
    for (const member of unit.members) {
      if (isCircular) break;
      isCircular = this.visitDependencies(member, unit);
    }
    this.open.delete(unit);
    if (!isCircular || this.cycleEnd !== unit) return isCircular;
    this.report();
    return false;
  }

  private visitDependencies(symbol: KSymbol, unit: KSymbol): boolean {
    const selection = symbol.selectedBy[0] ?? symbol.impliedBy[0];
    const place = symbol.nodes[0]?.location ?? selection?.property.location;
    if (place === undefined) return false;
    const direct = symbol.directDependency;
    if (
      this.follow(direct, symbol, unit, "depends on", place) ||
      this.follow(symbol.reverseDependency, symbol, unit, "is selected by", place) ||
      this.follow(symbol.impliedDependency, symbol, unit, "is implied by", place)
    ) {
      return true;
    }
    const follow = (property: Property, what: string): boolean =>
      property.condition !== direct &&
      this.follow(property.condition, symbol, unit, what, property.location);
    return (
      symbol.prompts.some((prompt) => follow(prompt, "has a prompt that depends on")) ||
      symbol.ranges.some((range) => follow(range, "has a range that depends on")) ||
      symbol.defaults.some(
        (property) =>
          follow(property, "has a default that depends on") ||
          (!symbol.isChoice &&
            this.follow(property.value, symbol, unit, "has the default", property.location)),
      )
    );
  }

  private follow(
    expression: Expression | null,
    symbol: KSymbol,
    unit: KSymbol,
    how: string,
    location: SourceLocation,
  ): boolean {
    // Conditions are shared between properties; following one again, after the end, is in vain.
    if (expression === null || this.followed.has(expression)) return false;
    const isCircular =
      this.step(expression.symbol, symbol, unit, how, location) ||
      this.step(expression.other, symbol, unit, how, location) ||
      this.follow(expression.left, symbol, unit, how, location) ||
      this.follow(expression.right, symbol, unit, how, location);
    if (!isCircular && expression.left !== null) this.followed.add(expression);
    return isCircular;
  }

  private step(
    next: KSymbol | null,
    symbol: KSymbol,
    unit: KSymbol,
    how: string,
    location: SourceLocation,
  ): boolean {
    // Every value of a choice depends on the choice, and that is no circle.
    if (next === null || (next === unit && symbol !== unit) || !this.visit(next)) return false;
    this.cycle.unshift({ symbol, next, how, location });
    return true;
  }

  private report(): void {
    const first = this.cycle[0];
    if (first === undefined) return;
    const steps = this.cycle.map((step) => {
      const { file, line } = statementOf(step);
      return `${step.symbol.displayName} ${step.how} ${step.next.displayName} (${file}:${line})`;
    });
    this.problems.push({
      path: "",
      message: `circular dependency: ${steps.join("; ")}`,
      location: statementOf(first),
    });
    this.cycleEnd = null;
  }
}

/** Of a select or imply: where it stands, which is not where its target is defined. */
function statementOf({ symbol, next, location }: Step): SourceLocation {
  const selections = [...symbol.selectedBy, ...symbol.impliedBy];
  return selections.find(({ selector }) => selector === next)?.property.location ?? location;
}
