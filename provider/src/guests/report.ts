// What is said of a guest that failed: why, and the end of its console with a crash made readable.
import type { Driver } from "../drivers/driver.ts";
import { formatCrash, isCrashLine, parseCrash } from "./crash.ts";
import { shortened } from "./printable.ts";
import { type FunctionSymbol, symbolsOf } from "./symbols.ts";

const CONSOLE_LINES = 20;
const LINE_LENGTH_MAX = 1_000;

export async function failureReport(
  driver: Driver,
  id: string,
  reason: string,
  symbolsPath: string | undefined,
): Promise<string> {
  const lines = await driver.consoleTail(id, CONSOLE_LINES);
  const symbols = lines.some(isCrashLine) ? await symbolsOf(symbolsPath) : [];
  return formatReport(reason, lines, symbols);
}

export function formatReport(
  reason: string,
  consoleLines: readonly string[],
  symbols: readonly FunctionSymbol[],
): string {
  if (consoleLines.length === 0) return `${reason}. Its console is empty.`;
  const readable = consoleLines.flatMap((line) => {
    const crash = parseCrash(line);
    return crash === undefined ? [shortened(line, LINE_LENGTH_MAX)] : formatCrash(crash, symbols);
  });
  return [`${reason}. The end of its console:`, ...readable.map((line) => `  | ${line}`)].join(
    "\n",
  );
}
