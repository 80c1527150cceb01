// The smallest .config that gives the same configuration: only what differs from the defaults.
import { configLine } from "./config-file.ts";
import { type Evaluation, minimum, tristateText } from "./evaluate.ts";
import { Op } from "./expression.ts";
import { type KSymbol, type MenuNode, MODULE, NO, type Tristate, ValueType, YES } from "./model.ts";

export function writeDefconfig(evaluation: Evaluation): string {
  evaluation.invalidate();
  const written = new Set<KSymbol>();
  let result = "";
  const visit = (node: MenuNode): void => {
    const { symbol } = node;
    if (symbol !== null && !symbol.isChoice && !written.has(symbol)) {
      const state = evaluation.computed(symbol);
      if (state.isWritten) {
        written.add(symbol);
        if (!isDefault(evaluation, symbol)) result += configLine(evaluation, symbol);
      }
    }
    for (const child of node.children) visit(child);
  };
  for (const node of evaluation.model.root.children) visit(node);
  return result;
}

/** Whether a symbol gets its value without being mentioned. */
export function isDefault(evaluation: Evaluation, symbol: KSymbol): boolean {
  const state = evaluation.state(symbol);
  if (state.visibility <= state.reverse) return true;
  if (evaluation.text(symbol) === defaultText(evaluation, symbol)) return true;
  if (symbol.choice === null || symbol.choice.isOptional) return false;
  return (
    symbol.type === ValueType.Bool &&
    state.value === YES &&
    evaluation.choiceDefault(symbol.choice) === symbol
  );
}

function defaultText(evaluation: Evaluation, symbol: KSymbol): string {
  const state = evaluation.computed(symbol);
  const found = evaluation.activeDefault(symbol);
  if (!symbol.isBoolean) {
    const source = found?.property.value;
    if (source?.op !== Op.Symbol || source.symbol === null) return "";
    return evaluation.computed(source.symbol).text;
  }
  let value: Tristate = NO;
  if (found !== null) {
    const wanted = evaluation.evaluate(found.property.value);
    value = minimum(wanted, found.condition);
  }
  if (state.reverse > value) value = state.reverse;
  if (value === MODULE) {
    const hasModules = evaluation.modulesState === YES || evaluation.modulesState === MODULE;
    if ((symbol.choice === null && !hasModules) || symbol.type === ValueType.Bool) value = YES;
  }
  if (state.implied > value) value = state.implied;
  return tristateText(value);
}
