// What menuconfig works on: a tree and the settings that a user has made, evaluated.
import { configLine, isWithinRange, quote, readConfig, writeConfig } from "../config-file.ts";
import { Evaluation, tristateText } from "../evaluate.ts";
import type { KconfigModel } from "../load.ts";
import { type KSymbol, MODULE, NO, type Tristate, ValueType, YES } from "../model.ts";

/** Values by symbol name, as in a .config file without quotes. Never changed in place. */
export type Settings = ReadonlyMap<string, string>;

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

export const settingLine = (model: KconfigModel, settings: Settings, symbol: KSymbol): string =>
  configLine(evaluate(model, settings), symbol).trimEnd();

/** The values that a bool or tristate may take now. */
export function allowedValues(evaluation: Evaluation, symbol: KSymbol): Tristate[] {
  const { visibility, reverse } = evaluation.computed(symbol);
  if (!symbol.isBoolean || visibility <= reverse) return [];
  if (symbol.choice !== null && visibility === YES) return [YES];
  const isTristate = evaluation.effectiveType(symbol) === ValueType.Tristate;
  return ([NO, MODULE, YES] as const).filter(
    (value) => value >= reverse && value <= visibility && (value !== MODULE || isTristate),
  );
}

/** The settings with one more, or null when the symbol cannot have that value now. */
export function set(
  model: KconfigModel,
  settings: Settings,
  symbol: KSymbol,
  value: string,
): Settings | null {
  const evaluation = evaluate(model, settings);
  const { name } = symbol;
  if (name === null || evaluation.computed(symbol).visibility === NO) return null;
  if (symbol.isBoolean) {
    if (!allowedValues(evaluation, symbol).some((one) => tristateText(one) === value)) return null;
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
