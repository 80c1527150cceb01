// Configurations for other languages: a C header (autoconf.h) and a file for make (auto.conf).
import { heading, quote } from "./config-file.ts";
import { type Evaluation, tristateText } from "./evaluate.ts";
import { type KSymbol, MODULE, NO, ValueType } from "./model.ts";

const PREFIX = "CONFIG_";

/** `#define CONFIG_NAME value`; a symbol that is off is not defined. */
export function writeHeader(evaluation: Evaluation): string {
  const title = evaluation.model.root.prompt?.text ?? "";
  return heading("/*", " *", " */", title) + lines(evaluation, headerLine);
}

/** `CONFIG_NAME=value` for make; a symbol that is off is missing. */
export function writeAutoConf(evaluation: Evaluation): string {
  const title = evaluation.model.root.prompt?.text ?? "";
  return heading("#", "#", "#", title) + lines(evaluation, autoConfLine);
}

type Line = (evaluation: Evaluation, symbol: KSymbol) => string;

function lines(evaluation: Evaluation, line: Line): string {
  const symbols = evaluation.model.symbolsInHashOrder;
  for (const symbol of symbols) evaluation.compute(symbol);
  return symbols
    .filter((symbol) => symbol.name !== null && symbol.type !== ValueType.Unknown)
    .filter((symbol) => evaluation.state(symbol).isWritten)
    .map((symbol) => line(evaluation, symbol))
    .join("");
}

function headerLine(evaluation: Evaluation, symbol: KSymbol): string {
  const { value, text } = evaluation.state(symbol);
  const name = `#define ${PREFIX}${symbol.name}`;
  if (symbol.isBoolean) {
    if (value === NO) return "";
    return value === MODULE ? `${name}_MODULE 1\n` : `${name} 1\n`;
  }
  if (symbol.type === ValueType.String) return `${name} ${quote(text)}\n`;
  if (symbol.type === ValueType.Hex && !/^0[xX]/.test(text)) return `${name} 0x${text}\n`;
  return `${name} ${text}\n`;
}

function autoConfLine(evaluation: Evaluation, symbol: KSymbol): string {
  const { value, text } = evaluation.state(symbol);
  if (!symbol.isBoolean) return `${PREFIX}${symbol.name}=${text}\n`;
  return value === NO ? "" : `${PREFIX}${symbol.name}=${tristateText(value)}\n`;
}
