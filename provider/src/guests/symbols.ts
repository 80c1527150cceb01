// Function names for addresses, from the symbol table of an ELF file with symbols.
import { readFile } from "node:fs/promises";

export interface FunctionSymbol {
  readonly name: string;
  readonly address: bigint;
  /** 0: not known, as for assembly. */
  readonly length: bigint;
}

const SECTION_HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const SECTION_TYPE_SYMBOLS = 2;
const SYMBOL_TYPES = { none: 0, function: 2 };
const SECTION_UNDEFINED = 0;
const SECTION_RESERVED = 0xff00;

/** Functions in ascending order of address; empty when the file has no symbol table. */
export function readSymbols(elf: Buffer): FunctionSymbol[] {
  if (elf.length < 64 || elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) {
    throw new Error("not a little-endian 64-bit ELF file");
  }
  const table = Number(elf.readBigUInt64LE(40));
  const count = elf.readUInt16LE(60);
  const section = (index: number) => {
    const at = table + index * SECTION_HEADER_BYTES;
    const offset = Number(elf.readBigUInt64LE(at + 24));
    const length = Number(elf.readBigUInt64LE(at + 32));
    return {
      type: elf.readUInt32LE(at + 4),
      link: elf.readUInt32LE(at + 40),
      bytes: elf.subarray(offset, offset + length),
    };
  };
  const found: FunctionSymbol[] = [];
  for (let index = 0; index < count; index++) {
    const symbols = section(index);
    if (symbols.type !== SECTION_TYPE_SYMBOLS) continue;
    const names = section(symbols.link).bytes;
    for (let at = 0; at + SYMBOL_BYTES <= symbols.bytes.length; at += SYMBOL_BYTES) {
      const type = symbols.bytes.readUInt8(at + 4) & 15;
      const home = symbols.bytes.readUInt16LE(at + 6);
      if (type !== SYMBOL_TYPES.function && type !== SYMBOL_TYPES.none) continue;
      if (home === SECTION_UNDEFINED || home >= SECTION_RESERVED) continue;
      const start = symbols.bytes.readUInt32LE(at);
      const name = names.toString("latin1", start, names.indexOf(0, start));
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

/** Empty when the file cannot be used: a crash is then shown with addresses. */
export async function symbolsOf(path: string | undefined): Promise<FunctionSymbol[]> {
  if (path === undefined) return [];
  try {
    return readSymbols(await readFile(path));
  } catch {
    return [];
  }
}
