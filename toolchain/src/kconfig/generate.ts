// Whole configurations by rule, as the kernel's conf makes them: all no, yes, modules, defaults
// or random; and old files brought up to date.
import type { Problem } from "../problems.ts";
import { loadConfig } from "./config-file.ts";
import type { Evaluation } from "./evaluate.ts";
import { GlibcRandom } from "./glibc-random.ts";
import { type KSymbol, MODULE, NO, type Tristate, ValueType, YES } from "./model.ts";

/** In percent, as KCONFIG_PROBABILITY sets them. */
export interface Probabilities {
  readonly boolYes: number;
  readonly tristateYes: number;
  readonly tristateModule: number;
}

export const DEFAULT_PROBABILITIES: Probabilities = {
  boolYes: 50,
  tristateYes: 33,
  tristateModule: 33,
};

const FIXED: Readonly<Record<"no" | "yes" | "module", Tristate>> = {
  no: NO,
  yes: YES,
  module: MODULE,
};

/** allnoconfig, allyesconfig, allmodconfig; what the user has set already stays. */
export function setAllNew(evaluation: Evaluation, rule: "no" | "yes" | "module"): void {
  fillNew(evaluation, (symbol, state) => {
    state.userValue = rule === "no" && symbol.staysOnInAllNo ? YES : FIXED[rule];
    state.hasUserValue = true;
  });
  settleChoices(evaluation);
}

/** alldefconfig and the end of defconfig: everything new has its default. */
export function setNewToDefaults(evaluation: Evaluation): void {
  evaluation.invalidate();
  settleChoices(evaluation);
}

/** randconfig: the same numbers in the same order as conf with KCONFIG_SEED. */
export function setNewToRandom(
  evaluation: Evaluation,
  seed: number,
  probabilities: Probabilities = DEFAULT_PROBABILITIES,
): void {
  const random = new GlibcRandom(seed);
  while (randomPass(evaluation, random, probabilities)) {
    // What one pass switches on may show new symbols to the next.
  }
}

/** defconfig: a minimal file, and defaults for the rest. */
export function applyDefconfig(evaluation: Evaluation, text: string, file: string): Problem[] {
  const warnings = loadConfig(evaluation, text, file);
  setNewToDefaults(evaluation);
  return warnings;
}

type State = ReturnType<Evaluation["state"]>;

/** Calls `set` for every bool that has no user value and has not been computed. */
function fillNew(evaluation: Evaluation, set: (symbol: KSymbol, state: State) => void): boolean {
  let hasAny = false;
  for (const symbol of evaluation.model.symbolsInHashOrder) {
    const state = evaluation.state(symbol);
    if (state.hasUserValue || state.isValid || !symbol.isBoolean) continue;
    hasAny = true;
    set(symbol, state);
  }
  evaluation.invalidate();
  return hasAny;
}

function settleChoices(evaluation: Evaluation): void {
  const symbols = evaluation.model.symbolsInHashOrder;
  for (const symbol of symbols) {
    const state = evaluation.state(symbol);
    if ((symbol.isChoice && !state.hasUserValue) || symbol.choice !== null) {
      state.mustSettleChoice = true;
    }
  }
  for (const symbol of symbols) {
    if (!symbol.isChoice || evaluation.state(symbol).hasUserValue) continue;
    evaluation.compute(symbol);
    evaluation.settleChoice(symbol);
  }
}

function randomPass(
  evaluation: Evaluation,
  random: GlibcRandom,
  probabilities: Probabilities,
): boolean {
  let hasChanged = fillNew(evaluation, (symbol, state) => {
    state.userValue = randomTristate(symbol, random.next() % 100, probabilities);
    if (!symbol.isChoice) state.hasUserValue = true;
  });
  for (const symbol of evaluation.model.symbolsInHashOrder) {
    if (!symbol.isChoice || evaluation.state(symbol).hasUserValue) continue;
    evaluation.compute(symbol);
    if (evaluation.state(symbol).value !== YES) continue;
    chooseAtRandom(evaluation, symbol, random);
    hasChanged = true;
  }
  return hasChanged;
}

function randomTristate(symbol: KSymbol, percent: number, chances: Probabilities): Tristate {
  if (symbol.type !== ValueType.Tristate) return percent < chances.boolYes ? YES : NO;
  if (percent < chances.tristateYes) return YES;
  return percent < chances.tristateYes + chances.tristateModule ? MODULE : NO;
}

function chooseAtRandom(evaluation: Evaluation, choice: KSymbol, random: GlibcRandom): void {
  const chosen = choice.members[random.next() % choice.members.length];
  for (const member of choice.members) {
    const state = evaluation.state(member);
    state.userValue = member === chosen ? YES : NO;
    state.hasUserValue = true;
    state.isValid = false;
  }
  const state = evaluation.state(choice);
  state.userChoice = chosen ?? null;
  state.hasUserValue = true;
  state.isValid = false;
}
