// What the linker's map names in memory: the symbols of each object, merged constants, and room
// that the linker script makes.
import { noBitsType, type Section, sectionFlags, sections } from "../image/elf.ts";
import type { Contents } from "./figures/data.ts";
import { visible } from "./format.ts";
import { type MapEntry, type MapSymbol, parseLinkMap } from "./link-map.ts";
import { linkerName, type Owner } from "./origins.ts";
import { stringsOf } from "./strings.ts";

/** What is said of a byte: whose it is, and what it is part of. */
export interface Label extends Owner {
  readonly symbol: string;
  /** The section of the image, e.g. ".text"; "" for headers and what is between sections. */
  readonly section: string;
  readonly contents: Contents;
}

/** A labelled part of the address space. */
export interface Range extends Label {
  readonly start: number;
  readonly end: number;
}

export interface RangeInputs {
  /** The linked file with sections and symbols. */
  readonly linked: Buffer;
  readonly linkMap: string;
  readonly ownerOf: (file: string) => Owner;
}

export const linkerOwner = (object: string): Owner => ({
  origin: "linker",
  library: linkerName,
  object,
});
export const paddingOwner = linkerOwner("padding");

/** What the map names, sorted by address; without what is not loaded. */
export function namedRanges({ linked, linkMap, ownerOf }: RangeInputs): Range[] {
  const loadedSections = new Map(
    sections(linked)
      .filter(isInMemory)
      .map((section) => [section.name, section]),
  );
  const ranges: Range[] = [];
  for (const entry of parseLinkMap(linkMap)) {
    const section = loadedSections.get(entry.output);
    if (section === undefined || entry.size === 0) continue;
    const contents = contentsOf(section);
    const place = { section: section.name, contents };
    for (const part of entryParts(entry, linked, section, ownerOf))
      ranges.push({ ...place, ...part });
  }
  return ranges.sort((left, right) => left.start - right.start);
}

/** Zeroed thread-local data has an address, but only threads have room for it. */
function isInMemory({ flags, type }: Section): boolean {
  const isThreadLocalZero = (flags & sectionFlags.threadLocal) !== 0 && type === noBitsType;
  return (flags & sectionFlags.allocated) !== 0 && !isThreadLocalZero;
}

function contentsOf({ flags, type }: Section): Contents {
  if ((flags & sectionFlags.execute) !== 0) return "code";
  if (type === noBitsType) return "zero";
  return (flags & sectionFlags.write) !== 0 ? "data" : "constants";
}

type Part = Owner & Pick<Range, "symbol" | "start" | "end">;

function entryParts(
  entry: MapEntry,
  linked: Buffer,
  section: Section,
  ownerOf: RangeInputs["ownerOf"],
): Part[] {
  const start = entry.address;
  const end = start + entry.size;
  if (entry.file === undefined) {
    // `. += 4096` makes room, `. = ALIGN(4096)` skips it.
    const owner = entry.section.includes("ALIGN") ? paddingOwner : linkerOwner("linker script");
    return [{ ...owner, symbol: entry.section, start, end }];
  }
  if (entry.file === "<internal>") {
    // Equal constants of all objects are there once; whose they were is not known any more.
    const offset = section.offset + (start - section.address);
    const strings = stringsOf(entry.section, linked.subarray(offset, offset + entry.size));
    const owner = linkerOwner("merged constants");
    return strings === undefined
      ? [{ ...owner, symbol: entry.section, start, end }]
      : strings.map(({ text, at, size }) => ({
          ...owner,
          symbol: text,
          start: start + at,
          end: start + at + size,
        }));
  }
  const owner = ownerOf(entry.file);
  return symbolParts(entry).map((part) => ({ ...owner, ...part }));
}

/** Divides a section of an object among its symbols; what none covers has the section's name. */
function symbolParts(entry: MapEntry): Pick<Range, "symbol" | "start" | "end">[] {
  const end = entry.address + entry.size;
  const unnamed = plainName(entry.section.replace(sectionPrefix, "")) || `(${entry.section})`;
  const parts: Pick<Range, "symbol" | "start" | "end">[] = [];
  let at = entry.address;
  const fillTo = (next: number) => {
    if (next > at) parts.push({ symbol: unnamed, start: at, end: next });
  };
  const symbols = [...entry.symbols].sort(
    (left, right) => left.address - right.address || right.size - left.size,
  );
  symbols.forEach((symbol, index) => {
    // Other names of the same place, and labels within a function.
    if (symbol.address < at || symbol.address >= end) return;
    const next = symbols.slice(index + 1).find((other) => other.address > symbol.address);
    const stop = Math.min(end, symbolEnd(symbol, next));
    fillTo(symbol.address);
    parts.push({ symbol: plainName(symbol.name), start: symbol.address, end: stop });
    at = stop;
  });
  fillTo(end);
  return parts;
}

/** A label without a size reaches to the next one. */
function symbolEnd(symbol: MapSymbol, next: MapSymbol | undefined): number {
  if (symbol.size > 0) return symbol.address + symbol.size;
  return next?.address ?? Number.POSITIVE_INFINITY;
}

/** -ffunction-sections and -fdata-sections name a section after what it holds. */
const sectionPrefix = /^\.(?:text|rodata|data|bss|tdata)(?:\.rel\.ro|\.unlikely|\.hot|\.cold)?\.?/;

/** Link-time optimisation numbers what it makes known to other objects; the number says nothing. */
function plainName(name: string): string {
  return visible(name.replace(/\.llvm\.\d+$/, ""));
}
