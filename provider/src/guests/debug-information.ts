// What makes addresses of an image readable: its functions, and files and lines. It stands beside
// the image in the store, never in it.
import { readFile } from "node:fs/promises";
import { type LineRow, readLines } from "./lines.ts";
import { type FunctionSymbol, readSymbols } from "./symbols.ts";

export interface DebugInformation {
  readonly functions: readonly FunctionSymbol[];
  readonly lines: readonly LineRow[];
}

export const noDebugInformation: DebugInformation = { functions: [], lines: [] };

export function readDebugInformation(elf: Buffer): DebugInformation {
  return { functions: readSymbols(elf), lines: readLines(elf) };
}

/** Nothing when the file cannot be used: a crash is then shown with addresses. */
export async function debugInformationOf(path: string | undefined): Promise<DebugInformation> {
  if (path === undefined) return noDebugInformation;
  try {
    return readDebugInformation(await readFile(path));
  } catch {
    return noDebugInformation;
  }
}
