// Says why a symbol has its value: the shortest chain from a request or default to a symbol that
// is on, or the statements that keep it off.
import { blockersOf, describe, failingOperands } from "./blockers.ts";
import type { Evaluation } from "./evaluate.ts";
import { type KSymbol, NO, type Selection } from "./model.ts";
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
    return isOn ? this.chain(symbol) : this.off(symbol);
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

  private off(symbol: KSymbol): Reason[] {
    const blockers = blockersOf(this.evaluation, symbol);
    if (blockers.length > 0) {
      return blockers.map(({ text, causes, location }) => ({
        kind: "blocked",
        symbol: symbol.displayName,
        by: text,
        causes: causes.map((cause) => cause.displayName),
        location,
      }));
    }
    const { choice } = symbol;
    const chosen = choice === null ? null : this.evaluation.computed(choice).chosen;
    if (choice === null || chosen === null || chosen === symbol) return [];
    const location = choice.nodes[0]?.location;
    return [
      {
        kind: "excluded",
        symbol: symbol.displayName,
        by: chosen.displayName,
        causes: [chosen.displayName],
        ...(location === undefined ? {} : { location }),
      },
    ];
  }

  /** What keeps a symbol from being set, as text; null when nothing does. */
  failingPart(symbol: KSymbol): string | null {
    const conditions = [symbol.directDependency, symbol.prompts[0]?.condition ?? null];
    for (const condition of conditions) {
      const operands = failingOperands(this.evaluation, condition);
      if (operands.length > 0) return describe(operands);
    }
    return null;
  }
}
