// Which build an image is, as its crash record says it: FNV-1a of what lies between the symbols
// __text_start and __text_end.
import { readSections } from "./elf-sections.ts";
import { readSymbols } from "./symbols.ts";

/** As in the record; undefined when the file does not say where the text is. */
export function buildIdOf(elf: Buffer): string | undefined {
  const symbols = readSymbols(elf);
  const address = (name: string) => symbols.find((symbol) => symbol.name === name)?.address;
  const start = address("__text_start");
  const end = address("__text_end");
  if (start === undefined || end === undefined) return undefined;
  const text = readSections(elf).find(
    (section) => section.address <= start && section.address + BigInt(section.bytes.length) >= end,
  );
  if (text === undefined) return undefined;
  const from = Number(start - text.address);
  return fnv(text.bytes.subarray(from, from + Number(end - start)));
}

/** In two halves: numbers of 64 bits take a hundred times as long. */
function fnv(bytes: Buffer): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0;
    // The prime is 2^40 + 0x1b3.
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return [high, low].map((half) => half.toString(16).padStart(8, "0")).join("");
}
