// Function names for addresses, from the symbol table of an ELF file with symbols.
import { readSections, textAt } from "./elf-sections.ts";

export interface FunctionSymbol {
  readonly name: string;
  readonly address: bigint;
  /** 0: not known, as for assembly. */
  readonly length: bigint;
}

const SYMBOL_BYTES = 24;
const SECTION_TYPE_SYMBOLS = 2;
const SYMBOL_TYPES = { none: 0, function: 2 };
const SECTION_UNDEFINED = 0;
const SECTION_RESERVED = 0xff00;

/** Functions in ascending order of address; empty when the file has no symbol table. */
export function readSymbols(elf: Buffer): FunctionSymbol[] {
  const sections = readSections(elf);
  const found: FunctionSymbol[] = [];
  for (const symbols of sections) {
    if (symbols.type !== SECTION_TYPE_SYMBOLS) continue;
    const names = sections[symbols.link]?.bytes;
    for (let at = 0; at + SYMBOL_BYTES <= symbols.bytes.length; at += SYMBOL_BYTES) {
      const type = symbols.bytes.readUInt8(at + 4) & 15;
      const home = symbols.bytes.readUInt16LE(at + 6);
      if (type !== SYMBOL_TYPES.function && type !== SYMBOL_TYPES.none) continue;
      if (home === SECTION_UNDEFINED || home >= SECTION_RESERVED) continue;
      const name = textAt(names, symbols.bytes.readUInt32LE(at));
      if (name === "") continue;
      found.push({
        name,
        address: symbols.bytes.readBigUInt64LE(at + 8),
        length: symbols.bytes.readBigUInt64LE(at + 16),
      });
    }
  }
  // Where a label and a function share an address, the function is the better name.
  return found.sort((a, b) =>
    a.address === b.address ? Number(b.length - a.length) : a.address < b.address ? -1 : 1,
  );
}

/** E.g. "handle_request+0x12"; undefined when the address is in no function. */
export function nameAddress(
  symbols: readonly FunctionSymbol[],
  address: bigint,
): string | undefined {
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((symbols[middle]?.address ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  let best = symbols[low - 1];
  while (low > 1 && symbols[low - 2]?.address === best?.address) best = symbols[--low - 1];
  if (best === undefined) return undefined;
  const offset = address - best.address;
  if (best.length > 0n && offset >= best.length) return undefined;
  return `${best.name}+0x${offset.toString(16)}`;
}
