// What is said of a guest that failed: why, and the end of its console with a crash made readable.
import type { Driver } from "../drivers/driver.ts";
import { formatCrash, isCrashLine, parseCrash } from "./crash.ts";
import {
  type DebugInformation,
  debugInformationOf,
  noDebugInformation,
} from "./debug-information.ts";
import { shortened } from "./printable.ts";

const CONSOLE_LINES = 20;
const LINE_LENGTH_MAX = 1_000;

export async function failureReport(
  driver: Driver,
  id: string,
  reason: string,
  symbolsPath: string | undefined,
): Promise<string> {
  const lines = await driver.consoleTail(id, CONSOLE_LINES);
  const information = lines.some(isCrashLine)
    ? await debugInformationOf(symbolsPath)
    : noDebugInformation;
  return formatReport(reason, lines, information);
}

export function formatReport(
  reason: string,
  consoleLines: readonly string[],
  information: DebugInformation,
): string {
  if (consoleLines.length === 0) return `${reason}. Its console is empty.`;
  const readable = consoleLines.flatMap((line) => {
    const crash = parseCrash(line);
    return crash === undefined
      ? [shortened(line, LINE_LENGTH_MAX)]
      : formatCrash(crash, information);
  });
  return [`${reason}. The end of its console:`, ...readable.map((line) => `  | ${line}`)].join(
    "\n",
  );
}
