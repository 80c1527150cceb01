// Which symbols an object defines and which it needs: of an ELF object from its symbol table, of
// LLVM bitcode from the table that clang writes beside the module for linkers.
import { symbols } from "../image/elf.ts";

export interface ObjectSymbols {
  /** Names that other objects may use, weak definitions included. Sorted. */
  readonly defined: readonly string[];
  /** Names that have to be found elsewhere; weak references, which may stay open, are left out. */
  readonly needed: readonly string[];
}

/** Reads a relocatable ELF object (x86-64) or a bitcode file. */
export function objectSymbols(bytes: Buffer): ObjectSymbols {
  const magic = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0;
  if (magic === 0x7f454c46) return sorted(elfSymbols(bytes));
  if (magic === 0x4243c0de) return sorted(bitcodeSymbols(bytes));
  throw new Error("neither an ELF object nor LLVM bitcode");
}

interface NamedSymbol {
  readonly name: string;
  readonly isDefined: boolean;
  readonly isWeak: boolean;
}

function sorted(symbols: readonly NamedSymbol[]): ObjectSymbols {
  const names = (wanted: (symbol: NamedSymbol) => boolean) =>
    [...new Set(symbols.filter(wanted).map(({ name }) => name))].sort();
  return {
    defined: names(({ isDefined }) => isDefined),
    needed: names(({ isDefined, isWeak }) => !isDefined && !isWeak),
  };
}

function elfSymbols(bytes: Buffer): NamedSymbol[] {
  return symbols(bytes)
    .filter(({ name, binding }) => name !== "" && binding !== "local")
    .map(({ name, binding, place }) => ({
      name,
      isDefined: place !== "undefined",
      isWeak: binding === "weak",
    }));
}

/** Blocks of a bitcode file (llvm/Bitcode/LLVMBitCodes.h). */
const stringTableBlock = 23;
const symbolTableBlock = 25;
/** Flags of a symbol (llvm/Object/IRSymtab.h, storage::Symbol::FlagBits). */
const undefinedFlag = 1 << 3;
const weakFlag = 1 << 4;
const globalFlag = 1 << 10;
const irSymbolSize = 24;

function bitcodeSymbols(bytes: Buffer): NamedSymbol[] {
  let table: Buffer | undefined;
  let names: Buffer | undefined;
  // At the top there are only blocks: an abbreviation of two bits and the block's number share
  // the first word, the second one is the length in words.
  for (let at = 4; at + 8 <= bytes.length; ) {
    const block = (bytes.readUInt32LE(at) >>> 2) & 0xff;
    const body = at + 8;
    at = body + bytes.readUInt32LE(at + 4) * 4;
    if (block === symbolTableBlock) table = blobOf(bytes.subarray(body, at));
    else if (block === stringTableBlock) names = blobOf(bytes.subarray(body, at));
  }
  if (!table || !names) throw new Error("bitcode without a symbol table");
  const found: NamedSymbol[] = [];
  const start = table.readUInt32LE(28);
  const count = table.readUInt32LE(32);
  for (let index = 0; index < count; index++) {
    const at = start + index * irSymbolSize;
    const flags = table.readUInt32LE(at + 20);
    if ((flags & globalFlag) === 0) continue;
    const nameAt = table.readUInt32LE(at);
    const text = names.toString("latin1", nameAt, nameAt + table.readUInt32LE(at + 4));
    const name = text.startsWith("llvm.") ? functionOfIntrinsic(text) : text;
    if (name === undefined) continue;
    found.push({
      name,
      isDefined: (flags & undefinedFlag) === 0,
      isWeak: (flags & weakFlag) !== 0,
    });
  }
  return found;
}

/** `llvm.floor.f32` becomes a call of floorf where the processor has no instruction for it. */
function functionOfIntrinsic(intrinsic: string): string | undefined {
  const memory = /^llvm\.(mem(?:cpy|move|set))\b/.exec(intrinsic)?.[1];
  if (memory) return memory;
  const [, name, bits] = /^llvm\.(\w+)(?:\.i\d+)?\.(?:v\d+)?f(32|64|80)\b/.exec(intrinsic) ?? [];
  if (!name) return undefined;
  const suffix = bits === "32" ? "f" : bits === "80" ? "l" : "";
  return (otherNames[name] ?? name) + suffix;
}

const otherNames: Readonly<Record<string, string>> = { minnum: "fmin", maxnum: "fmax" };

/** The blob that is the only record of a block, after the abbreviation that describes it. */
function blobOf(block: Buffer): Buffer {
  let bit = 0;
  const fixed = (width: number) => {
    let value = 0;
    for (let index = 0; index < width; index++, bit++) {
      value |= (((block[bit >> 3] as number) >> (bit & 7)) & 1) << index;
    }
    return value;
  };
  const variable = (width: number) => {
    let value = 0;
    for (let shift = 0; ; shift += width - 1) {
      const part = fixed(width);
      value += (part & ((1 << (width - 1)) - 1)) * 2 ** shift;
      if (part >> (width - 1) === 0) return value;
    }
  };
  const abbreviationWidth = 3;
  const defineAbbreviation = 2;
  const blobEncoding = 5;
  if (fixed(abbreviationWidth) !== defineAbbreviation) throw new Error("unknown kind of bitcode");
  for (let operands = variable(5); operands > 0; operands--) {
    if (fixed(1) === 1) variable(8);
    else if (fixed(3) !== blobEncoding) throw new Error("unknown kind of bitcode");
  }
  fixed(abbreviationWidth);
  const length = variable(6);
  const start = Math.ceil(bit / 32) * 4;
  return block.subarray(start, start + length);
}
