// Says why a symbol has its value: the shortest chain from a request or default to a symbol that
// is on, or the part of its dependencies that keeps it off.
import type { SourceLocation } from "../problems.ts";
import type { Evaluation } from "./evaluate.ts";
import { type Expression, format, Op } from "./expression.ts";
import { type KSymbol, NO, type Selection } from "./model.ts";
import { operandsOf } from "./simplify.ts";
import type { Reason } from "./types.ts";

type Link = (symbol: KSymbol) => Reason;

export class Explainer {
  private readonly evaluation: Evaluation;
  private readonly requested: ReadonlySet<KSymbol>;

  /** `requested` are the symbols that somebody asked for, with any value. */
  constructor(evaluation: Evaluation, requested: ReadonlySet<KSymbol>) {
    this.evaluation = evaluation;
    this.requested = requested;
  }

  explain(symbol: KSymbol): Reason[] {
    const state = this.evaluation.computed(symbol);
    const isOn = symbol.isBoolean ? state.value !== NO : state.isWritten;
    return isOn ? this.chain(symbol) : this.blocked(symbol);
  }

  /** Every select and imply that is in force for a symbol. */
  holders(symbol: KSymbol): Reason[] {
    return this.activeSelections(symbol).map(([, link]) => link(symbol));
  }

  /** Breadth first from the symbol back to where its value began. */
  private chain(symbol: KSymbol): Reason[] {
    interface Visit {
      readonly symbol: KSymbol;
      readonly reason: Reason | null;
      readonly next: Visit | null;
    }
    const seen = new Set([symbol]);
    let level: Visit[] = [{ symbol, reason: null, next: null }];
    while (level.length > 0) {
      for (const kind of ["requested", "choice", "default"] as const) {
        for (const visit of level) {
          const origin = this.origin(visit.symbol, kind);
          if (origin === null) continue;
          const reasons = [origin];
          for (let at: Visit | null = visit; at !== null; at = at.next) {
            if (at.reason !== null) reasons.push(at.reason);
          }
          return reasons;
        }
      }
      const deeper: Visit[] = [];
      for (const visit of level) {
        for (const [selection, link] of this.activeSelections(visit.symbol)) {
          if (seen.has(selection.selector)) continue;
          seen.add(selection.selector);
          deeper.push({ symbol: selection.selector, reason: link(visit.symbol), next: visit });
        }
      }
      level = deeper;
    }
    return [];
  }

  /** Whether the symbol has its value by itself, in this way. */
  private origin(symbol: KSymbol, kind: "requested" | "choice" | "default"): Reason | null {
    const state = this.evaluation.computed(symbol);
    const place = symbol.nodes[0]?.location;
    const location = place === undefined ? {} : { location: place };
    if (kind === "requested") {
      const isGranted = this.requested.has(symbol) && state.visibility !== NO && state.hasUserValue;
      if (!isGranted || (symbol.isBoolean && state.userValue === NO)) return null;
      return { kind, symbol: symbol.displayName };
    }
    if (symbol.choice !== null) {
      if (kind !== "choice" || this.evaluation.state(symbol.choice).chosen !== symbol) return null;
      return { kind, symbol: symbol.displayName, ...location };
    }
    if (kind === "choice" || symbol.isChoice) return null;
    const found = this.evaluation.activeDefault(symbol);
    if (found === null) {
      return symbol.isBoolean || this.activeSelections(symbol).length > 0
        ? null
        : { kind, symbol: symbol.displayName, ...location };
    }
    if (symbol.isBoolean && this.evaluation.evaluate(found.property.value) === NO) return null;
    return { kind, symbol: symbol.displayName, location: found.property.location };
  }

  private activeSelections(symbol: KSymbol): [Selection, Link][] {
    const active = (kind: "selected" | "implied", selections: readonly Selection[]) =>
      selections
        .filter((selection) => this.isActive(selection))
        .map((selection): [Selection, Link] => [
          selection,
          (target) => ({
            kind,
            symbol: target.displayName,
            by: selection.selector.displayName,
            location: selection.property.location,
          }),
        ]);
    return [...active("selected", symbol.selectedBy), ...active("implied", symbol.impliedBy)];
  }

  isActive({ selector, property }: Selection): boolean {
    return (
      this.evaluation.computed(selector).value !== NO &&
      this.evaluation.evaluate(property.condition) !== NO
    );
  }

  /** The select statements that hold a symbol on. */
  selectors(symbol: KSymbol): Selection[] {
    return symbol.selectedBy.filter((selection) => this.isActive(selection));
  }

  private blocked(symbol: KSymbol): Reason[] {
    const part = this.failingPart(symbol);
    if (part === null) return [];
    const location = part.location ?? symbol.nodes[0]?.location;
    return [
      {
        kind: "blocked",
        symbol: symbol.displayName,
        by: part.text,
        ...(location === undefined ? {} : { location }),
      },
    ];
  }

  /** What keeps a symbol from being set, as text; null when nothing does. */
  failingPart(symbol: KSymbol): { text: string; location?: SourceLocation } | null {
    const dependency = this.failing(symbol.directDependency);
    if (dependency !== null) return { text: this.describe(dependency) };
    const prompt = symbol.prompts[0];
    if (prompt === undefined) return null;
    const condition = this.failing(prompt.condition);
    return condition === null
      ? null
      : { text: this.describe(condition), location: prompt.location };
  }

  /** Of an "and" the operands that are off, of anything else all of it; null when it is on. */
  private failing(expression: Expression | null): Expression[] | null {
    if (expression === null || this.evaluation.evaluate(expression) !== NO) return null;
    const operands = operandsOf(expression, Op.And).filter(
      (operand) => this.evaluation.evaluate(operand) === NO,
    );
    return operands.length > 0 ? operands : [expression];
  }

  private describe(expressions: readonly Expression[]): string {
    return expressions
      .map((expression) => format(expression, (symbol) => this.quoteText(symbol), Op.And))
      .join(" && ");
  }

  private quoteText(symbol: KSymbol | null): string {
    if (symbol === null) return "";
    const isConstantText = symbol.isConstant && symbol.type === 0;
    return isConstantText ? `"${symbol.name}"` : symbol.displayName;
  }
}
