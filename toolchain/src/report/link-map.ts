// Reads the linker's map: where ld.lld put each section of each object, and the symbols therein.

export interface MapSymbol {
  readonly name: string;
  readonly address: number;
  /** 0 for most labels of assembler sources. */
  readonly size: number;
}

/** What the linker took from one object, or made room for on its own. */
export interface MapEntry {
  /** E.g. "lib/musl.a(musl!start.c.o)"; undefined for an assignment of the linker script. */
  readonly file: string | undefined;
  /** The section's name in the object, or the script's expression. */
  readonly section: string;
  /** The section of the image, e.g. ".text"; "" outside of all. */
  readonly output: string;
  readonly address: number;
  readonly size: number;
  readonly symbols: readonly MapSymbol[];
}

/** Address, load address, size and alignment, then a name whose indentation tells what it is. */
const row = /^ *([0-9a-f]+) +([0-9a-f]+) +([0-9a-f]+) +\d+ ( *)(.+)$/;
/** Spaces before a section of an object, and before a symbol. */
const entryIndent = 8;
const symbolIndent = 16;

export function parseLinkMap(text: string): MapEntry[] {
  const entries: MapEntry[] = [];
  let output = "";
  let symbols: MapSymbol[] = [];
  for (const line of text.split("\n")) {
    const match = row.exec(line);
    if (!match) continue;
    const [, virtual = "", , length = "", indent = "", name = ""] = match;
    const address = Number.parseInt(virtual, 16);
    const size = Number.parseInt(length, 16);
    if (indent.length >= symbolIndent) {
      symbols.push({ name, address, size });
      continue;
    }
    const isSection = indent.length < entryIndent && !isAssignment(name);
    if (indent.length < entryIndent) output = isSection ? name : "";
    if (isSection) continue;
    symbols = [];
    const [, file, section] = /^(.*):\((.*)\)$/.exec(name) ?? [];
    entries.push({ file, section: section ?? name, output, address, size, symbols });
  }
  return entries;
}

/** `. = ALIGN(8)`, `__start = .`, `. += 4096`; a section's name has no spaces. */
function isAssignment(name: string): boolean {
  return name.includes("=");
}
