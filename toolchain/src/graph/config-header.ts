// The header that every compilation includes first: CONFIG_ macros for the symbols that a
// library may know of, and for no others, so that an option recompiles only what it reaches.
import type { SymbolType } from "../kconfig/types.ts";
import { compareBytes } from "./hash.ts";

/** What is known of a symbol here. */
export interface HeaderSymbol {
  readonly type: SymbolType;
  /** Where it is first defined, relative to the libraries' directory. */
  readonly file: string;
}

/** Text of the header for symbols defined below the given folders (library names). */
export function configHeader(
  folders: ReadonlySet<string>,
  symbols: ReadonlyMap<string, HeaderSymbol>,
  values: ReadonlyMap<string, string>,
): string {
  const lines: string[] = [];
  for (const [name, info] of symbols) {
    const value = values.get(name);
    const folder = info.file.split("/")[0] ?? "";
    if (value === undefined || !folders.has(folder)) continue;
    if (info.type === "bool" || info.type === "tristate") {
      if (value === "y") lines.push(`#define CONFIG_${name} 1\n`);
    } else if (info.type === "string") lines.push(`#define CONFIG_${name} ${quote(value)}\n`);
    else if (value !== "") lines.push(`#define CONFIG_${name} ${value}\n`);
  }
  return lines.sort(compareBytes).join("");
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
