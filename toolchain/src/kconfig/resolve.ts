// Grants requests: sets what was asked for, evaluates, and says of every request that could not
// be granted what stands in its way. All problems are reported at once.

import { nearestName } from "../nearest.ts";
import type { Problem } from "../problems.ts";
import { Evaluation } from "./evaluate.ts";
import { Explainer } from "./explain.ts";
import type { KconfigModel } from "./load.ts";
import { type KSymbol, NO, type Tristate, typeName, ValueType, YES } from "./model.ts";
import { isValidText, readNumber } from "./numbers.ts";
import type { Configuration, Request } from "./types.ts";
import { unmetProblem } from "./unmet.ts";

interface Granted {
  readonly request: Request;
  readonly symbol: KSymbol;
}

const LETTERS: Readonly<Record<string, Tristate>> = { n: 0, m: 1, y: 2 };

export function resolve(model: KconfigModel, requests: readonly Request[]): Configuration {
  const resolution = new Resolution(model);
  for (const request of requests) resolution.request(request);
  return resolution.finish();
}

class Resolution {
  private readonly model: KconfigModel;
  private readonly evaluation: Evaluation;
  private readonly problems: Problem[] = [];
  private readonly granted = new Map<KSymbol, Granted>();
  private readonly explainer: Explainer;

  constructor(model: KconfigModel) {
    this.model = model;
    this.evaluation = new Evaluation(model);
    this.explainer = new Explainer(this.evaluation, new Set());
  }

  request(request: Request): void {
    const symbol = this.model.symbols.names.get(request.symbol);
    if (symbol === undefined || symbol.nodes.length === 0) {
      this.problem(request, this.unknown(request.symbol));
      return;
    }
    const earlier = this.granted.get(symbol);
    if (earlier !== undefined) {
      if (earlier.request.value !== request.value) {
        this.problem(
          request,
          `${request.symbol}=${request.value} contradicts ${earlier.request.path || "another request"}, which asks for ${earlier.request.value}`,
        );
      }
      return;
    }
    const complaint = this.checkType(symbol, request.value);
    if (complaint !== null) {
      this.problem(request, `${request.symbol} is ${complaint}, not '${request.value}'`, symbol);
      return;
    }
    this.granted.set(symbol, { request, symbol });
    this.set(symbol, request.value);
  }

  finish(): Configuration {
    const { evaluation, model } = this;
    if (model.modules !== null) evaluation.compute(model.modules);
    const values = new Map<string, string>();
    const named = [...model.symbols.names].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, symbol] of named) {
      if (symbol.nodes.length === 0) continue;
      const text = evaluation.text(symbol);
      if (evaluation.state(symbol).isWritten) values.set(name, text);
    }
    const explainer = new Explainer(evaluation, new Set(this.granted.keys()));
    for (const granted of this.granted.values()) this.verify(granted);
    const unmet = [...evaluation.unmet].map((symbol) => this.unmetProblem(symbol, explainer));
    return {
      values,
      problems: [...this.problems, ...unmet],
      unmet,
      explain: (name) => {
        const symbol = model.symbols.names.get(name);
        return symbol === undefined ? [] : explainer.explain(symbol);
      },
      holders: (name) => {
        const symbol = model.symbols.names.get(name);
        return symbol === undefined ? [] : explainer.holders(symbol);
      },
    };
  }

  private problem(request: Request, message: string, symbol?: KSymbol): void {
    const location = symbol?.nodes[0]?.location;
    const problem = { path: request.path, message };
    this.problems.push(location === undefined ? problem : { ...problem, location });
  }

  private unknown(name: string): string {
    const defined = [...this.model.symbols.names]
      .filter(([, symbol]) => symbol.nodes.length > 0)
      .map(([candidate]) => candidate);
    const nearest = nearestName(name, defined);
    return `there is no option ${name}${nearest === undefined ? "" : `; did you mean ${nearest}?`}`;
  }

  /** What the symbol is, when the value does not fit; else null. */
  private checkType(symbol: KSymbol, value: string): string | null {
    const type = typeName(symbol.type);
    if (symbol.type === ValueType.Bool) {
      return value === "y" || value === "n" ? null : `a ${type}: true (y) or false (n)`;
    }
    if (symbol.type === ValueType.Tristate) {
      return value in LETTERS ? null : `a ${type}: y, m or n`;
    }
    if (isValidText(symbol.type, value)) return null;
    return symbol.type === ValueType.Int ? "a whole number" : "a hexadecimal number (0x…)";
  }

  private set(symbol: KSymbol, value: string): void {
    const state = this.evaluation.state(symbol);
    state.hasUserValue = true;
    if (!symbol.isBoolean) {
      const needsPrefix = symbol.type === ValueType.Hex && !/^0x/i.test(value);
      state.userText = needsPrefix ? `0x${value}` : value;
      return;
    }
    state.userValue = LETTERS[value] ?? NO;
    if (symbol.choice === null || state.userValue === NO) return;
    const choice = this.evaluation.state(symbol.choice);
    choice.hasUserValue = true;
    if (state.userValue > choice.userValue) choice.userValue = state.userValue;
    if (state.userValue === YES) choice.userChoice = symbol;
  }

  private verify({ request, symbol }: Granted): void {
    const state = this.evaluation.computed(symbol);
    const actual = this.evaluation.text(symbol);
    const wanted = symbol.isBoolean ? request.value : (state.userText ?? "");
    if (state.visibility !== NO && this.isOutOfRange(symbol, wanted)) {
      this.problem(
        request,
        `${request.symbol} must be ${this.describeRange(symbol)}, not ${request.value}`,
        symbol,
      );
    } else if (actual !== wanted || (state.visibility === NO && !symbol.isBoolean)) {
      this.problem(request, this.refusal(symbol, request, actual), symbol);
    }
  }

  private isOutOfRange(symbol: KSymbol, value: string): boolean {
    const range = this.evaluation.activeRange(symbol);
    if (range?.target == null || range.upper === null) return false;
    const base = symbol.type === ValueType.Hex ? 16 : 10;
    const number = readNumber(value, base);
    return (
      number < this.evaluation.bound(range.target, base) ||
      number > this.evaluation.bound(range.upper, base)
    );
  }

  private describeRange(symbol: KSymbol): string {
    const range = this.evaluation.activeRange(symbol);
    const end = (limit: KSymbol | null | undefined): string => {
      if (limit == null) return "";
      const text = this.evaluation.text(limit);
      return limit.nodes.length > 0 ? `${limit.displayName} (${text})` : text;
    };
    return `between ${end(range?.target)} and ${end(range?.upper)}`;
  }

  /** Why a request did not become the symbol's value. */
  private refusal(symbol: KSymbol, request: Request, actual: string): string {
    const name = request.symbol;
    const result = `${name}=${request.value} is not possible`;
    const state = this.evaluation.state(symbol);
    if (symbol.isBoolean && state.value > (LETTERS[request.value] ?? NO)) {
      return `${result}: ${this.whyOn(symbol)}`;
    }
    if (state.visibility === NO) {
      const part = this.explainer.failingPart(symbol);
      if (part !== null) return `${result}: it depends on ${part}, which is off`;
      return `${result}: it cannot be set by hand${this.settableBy(symbol)}`;
    }
    if (symbol.choice !== null) {
      const chosen = this.evaluation.state(symbol.choice).chosen;
      if (chosen !== null && chosen !== symbol) {
        const prompt = symbol.choice.prompts[0]?.text ?? "this choice";
        return `${result}: ${chosen.displayName} is chosen for "${prompt}", which has one value`;
      }
    }
    return `${result}: its value is ${actual === "" ? "empty" : actual}`;
  }

  private whyOn(symbol: KSymbol): string {
    const selectors = this.explainer.selectors(symbol);
    if (selectors.length > 0) {
      const list = selectors.map(
        ({ selector, property }) =>
          `${selector.displayName} (${property.location.file}:${property.location.line})`,
      );
      return `it is selected by ${list.join(" and ")}`;
    }
    if (symbol.choice !== null) {
      return `it is the value of the choice "${symbol.choice.prompts[0]?.text ?? ""}"; ask for another of its values instead`;
    }
    const part = this.explainer.failingPart(symbol);
    const reason = part === null ? "it has no prompt" : `${part} is off`;
    return `it is on by default and cannot be changed, because ${reason}`;
  }

  private settableBy(symbol: KSymbol): string {
    const names = [...new Set(symbol.selectedBy.map(({ selector }) => selector.displayName))];
    return names.length === 0 ? "" : `; it is selected by ${names.join(", ")}`;
  }

  /** A selected symbol whose own dependencies are off: the tree's fault or the request's. */
  private unmetProblem(symbol: KSymbol, explainer: Explainer): Problem {
    const problem = unmetProblem(this.evaluation, symbol);
    const [selector] = explainer.selectors(symbol);
    const origin = selector === undefined ? undefined : explainer.explain(selector.selector)[0];
    const asked = [...this.granted.values()].find(
      ({ symbol: { name } }) => name === origin?.symbol,
    );
    return { ...problem, path: asked?.request.path ?? "" };
  }
}
