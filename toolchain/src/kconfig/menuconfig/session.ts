// What menuconfig works on: a tree and the settings that a user has made, evaluated.
import type { Problem } from "../../problems.ts";
import { configLine, isWithinRange, quote, readConfig, writeConfig } from "../config-file.ts";
import { Evaluation, tristateText } from "../evaluate.ts";
import { Explainer } from "../explain.ts";
import type { KconfigModel } from "../load.ts";
import { type KSymbol, MODULE, NO, type Tristate, ValueType, YES } from "../model.ts";
import { unmetProblem } from "../unmet.ts";

/** Values by symbol name, as in a .config file without quotes. Never changed in place. */
export type Settings = ReadonlyMap<string, string>;

/** What whoever keeps the settings knows of them beyond the tree. */
export interface Rules {
  /** Symbols whose values cannot be changed, and why. */
  readonly fixed: ReadonlyMap<string, string>;
  /** Symbols for which it matters that they are asked for, although others select them. */
  readonly declarable: ReadonlySet<string>;
}

export const noRules: Rules = { fixed: new Map(), declarable: new Set() };

const cache = new WeakMap<Settings, Evaluation>();

/** Settings are evaluated once, however often a state is drawn. */
export function evaluate(model: KconfigModel, settings: Settings): Evaluation {
  let evaluation = cache.get(settings);
  if (evaluation === undefined) {
    evaluation = new Evaluation(model);
    readConfig(evaluation, toText(model, settings), "settings");
    evaluation.invalidate();
    cache.set(settings, evaluation);
  }
  return evaluation;
}

function toText(model: KconfigModel, settings: Settings): string {
  let text = "";
  for (const [name, value] of settings) {
    const isText = model.symbols.names.get(name)?.type === ValueType.String;
    text += `CONFIG_${name}=${isText ? quote(value) : value}\n`;
  }
  return text;
}

/** The settings of a .config file, without those that the tree does not know. */
export function settingsOf(model: KconfigModel, config: string, file: string): Settings {
  const evaluation = new Evaluation(model);
  readConfig(evaluation, config, file);
  const settings = new Map<string, string>();
  for (const [name, symbol] of model.symbols.names) {
    const state = evaluation.state(symbol);
    if (!state.hasUserValue) continue;
    settings.set(name, symbol.isBoolean ? tristateText(state.userValue) : (state.userText ?? ""));
  }
  return settings;
}

export const configText = (model: KconfigModel, settings: Settings): string =>
  writeConfig(evaluate(model, settings));

/** Symbols that are selected although their own dependencies are off; conf warns of them too. */
export function unmetProblems(model: KconfigModel, settings: Settings): Problem[] {
  const evaluation = evaluate(model, settings);
  for (const symbol of model.symbols.all) evaluation.compute(symbol);
  return [...evaluation.unmet].map((symbol) => unmetProblem(evaluation, symbol));
}

export const settingLine = (model: KconfigModel, settings: Settings, symbol: KSymbol): string =>
  configLine(evaluate(model, settings), symbol).trimEnd();

/** The values that a bool or tristate may take now. */
export function allowedValues(evaluation: Evaluation, rules: Rules, symbol: KSymbol): Tristate[] {
  const { visibility, reverse } = evaluation.computed(symbol);
  if (!symbol.isBoolean || visibility <= reverse || isFixed(rules, symbol)) return [];
  if (symbol.choice !== null && visibility === YES) return [YES];
  const isTristate = evaluation.effectiveType(symbol) === ValueType.Tristate;
  return ([NO, MODULE, YES] as const).filter(
    (value) => value >= reverse && value <= visibility && (value !== MODULE || isTristate),
  );
}

const isFixed = (rules: Rules, symbol: KSymbol): boolean => rules.fixed.has(symbol.name ?? "");

/** Whether a symbol is on in any case, but may be asked for besides. */
export function isDeclarable(evaluation: Evaluation, rules: Rules, symbol: KSymbol): boolean {
  const { visibility, reverse } = evaluation.computed(symbol);
  const isHeldOn = visibility === YES && reverse === YES && !isFixed(rules, symbol);
  return isHeldOn && rules.declarable.has(symbol.name ?? "");
}

/** The settings with one more, or null when the symbol cannot have that value now. */
export function set(
  model: KconfigModel,
  settings: Settings,
  rules: Rules,
  symbol: KSymbol,
  value: string,
): Settings | null {
  const evaluation = evaluate(model, settings);
  const { name } = symbol;
  if (name === null || rules.fixed.has(name)) return null;
  if (evaluation.computed(symbol).visibility === NO) return null;
  if (symbol.isBoolean) {
    const isAllowed = isDeclarable(evaluation, rules, symbol)
      ? value === "y" || value === "n"
      : allowedValues(evaluation, rules, symbol).some((one) => tristateText(one) === value);
    if (!isAllowed) return null;
  } else if (!isWithinRange(evaluation, symbol, value)) {
    return null;
  }
  const next = new Map(settings);
  const isExclusive = symbol.choice !== null && value === "y";
  if (isExclusive) {
    for (const member of symbol.choice?.members ?? []) {
      if (member !== symbol && member.name !== null) next.set(member.name, "n");
    }
  }
  const needsPrefix = symbol.type === ValueType.Hex && !/^0x/i.test(value);
  next.set(name, needsPrefix ? `0x${value}` : value);
  return next;
}

/** What stands in the way of setting a symbol. */
export function whyNot(evaluation: Evaluation, rules: Rules, symbol: KSymbol): string {
  const fixed = rules.fixed.get(symbol.name ?? "");
  if (fixed !== undefined) return fixed;
  const explainer = new Explainer(evaluation, new Set());
  const selectors = explainer.selectors(symbol).map(({ selector }) => selector.displayName);
  if (selectors.length > 0) return `selected by ${selectors.join(", ")}`;
  const part = explainer.failingPart(symbol);
  return part === null ? "this value is not possible here" : `needs ${part}`;
}
