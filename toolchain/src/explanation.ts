// Why a symbol has its value, in words: the shortest chain from what was asked to the symbol, or
// the statements that keep it off, each step with the statement's place.
import type { Configuration, KconfigTree, Reason, Request, SymbolType } from "./kconfig/types.ts";
import type { SourceLocation } from "./problems.ts";

export interface ExplanationInputs {
  readonly tree: Pick<KconfigTree, "symbols" | "model">;
  readonly configuration: Pick<Configuration, "values" | "explain">;
  readonly requests: readonly Request[];
}

export interface ExplanationLine {
  readonly text: string;
  /** The file is relative to the tree's root. */
  readonly location?: SourceLocation;
}

export interface Explanation {
  readonly symbol: string;
  readonly type: SymbolType;
  /** As in a .config file without quotes; absent when the symbol has none, as when it is off. */
  readonly value?: string;
  readonly isOn: boolean;
  readonly lines: readonly ExplanationLine[];
}

/** More statements that could switch a symbol on tell nobody anything. */
const MOST_WAYS = 6;

/** The symbol must be one of the tree's. */
export function explainSymbol(inputs: ExplanationInputs, symbol: string): Explanation {
  return new Explaining(inputs).explain(symbol);
}

class Explaining {
  private readonly inputs: ExplanationInputs;
  private readonly explained = new Set<string>();
  private readonly lines: ExplanationLine[] = [];

  constructor(inputs: ExplanationInputs) {
    this.inputs = inputs;
  }

  explain(symbol: string): Explanation {
    const type = this.inputs.tree.symbols.get(symbol)?.type;
    if (type === undefined) throw new Error(`there is no option ${symbol}`);
    const value = this.inputs.configuration.values.get(symbol);
    this.add(symbol);
    return {
      symbol,
      type,
      ...(value === undefined ? {} : { value }),
      isOn: this.isOn(symbol),
      lines: this.lines,
    };
  }

  private isOn(symbol: string): boolean {
    const value = this.inputs.configuration.values.get(symbol);
    return value !== undefined && !(value === "n" && this.isSwitch(symbol));
  }

  private isSwitch(symbol: string): boolean {
    const type = this.inputs.tree.symbols.get(symbol)?.type;
    return type === "bool" || type === "tristate";
  }

  /** Adds what explains a symbol, and then what explains the symbols that keep it off. */
  private add(symbol: string): void {
    if (this.explained.has(symbol)) return;
    this.explained.add(symbol);
    if (!this.inputs.tree.symbols.has(symbol)) {
      this.line(`there is no option ${symbol} in this tree`);
      return;
    }
    const reasons = this.inputs.configuration.explain(symbol);
    for (const reason of reasons) this.line(this.step(reason), reason.location);
    if (reasons.length === 0) this.addWays(symbol);
    for (const cause of reasons.flatMap(({ causes }) => causes ?? [])) this.add(cause);
  }

  private line(text: string, location?: SourceLocation): void {
    if (this.lines.some((line) => line.text === text)) return;
    this.lines.push(location === undefined ? { text } : { text, location });
  }

  private step({ kind, symbol, by }: Reason): string {
    switch (kind) {
      case "requested":
        return this.requested(symbol);
      case "selected":
        return `${by} selects ${symbol}`;
      case "implied":
        return `${by} implies ${symbol}`;
      case "choice":
        return `${symbol} is what the choice ${this.choiceTitle(symbol)} comes to`;
      case "blocked":
        return `${symbol} depends on ${by}, which is off`;
      case "excluded":
        return `${by} is chosen for ${this.choiceTitle(symbol)}, which has one value`;
      case "default": {
        const value = this.inputs.configuration.values.get(symbol);
        return this.isSwitch(symbol)
          ? `${symbol} is on by default`
          : `${symbol} is ${value} by default`;
      }
    }
  }

  private requested(symbol: string): string {
    const request = this.inputs.requests.find((one) => one.symbol === symbol);
    if (request?.path === "app") return `the application needs ${symbol}`;
    return `${request?.path} asks for ${symbol}=${request?.value}`;
  }

  private choiceTitle(symbol: string): string {
    const choice = this.inputs.tree.model.symbols.names.get(symbol)?.choice;
    return `"${choice?.prompts[0]?.text ?? ""}"`;
  }

  /** The symbol could be on, but is not: who would switch it on. */
  private addWays(symbol: string): void {
    const info = this.inputs.tree.symbols.get(symbol);
    const refused = this.inputs.requests.find((one) => one.symbol === symbol);
    if (refused) {
      this.line(`${refused.path} asks for ${symbol}=${refused.value}`);
      return;
    }
    const hint =
      info?.prompt === undefined ? "; it has no prompt, so that nobody can ask for it" : "";
    this.line(
      `nothing asks for ${symbol}, selects it or has it on by default${hint}`,
      info?.location,
    );
    const known = this.inputs.tree.model.symbols.names.get(symbol);
    const ways = [...(known?.selectedBy ?? []), ...(known?.impliedBy ?? [])];
    for (const { selector, property } of ways.slice(0, MOST_WAYS)) {
      const verb = known?.selectedBy.some((one) => one.property === property) ? "select" : "imply";
      this.line(`${selector.displayName} would ${verb} ${symbol}`, property.location);
    }
    if (ways.length > MOST_WAYS) this.line(`and ${ways.length - MOST_WAYS} more`);
  }
}
