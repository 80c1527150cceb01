// Writes the bootable file from a linked ELF: what is loaded, and nothing else. Sections, symbols
// and debug information stay behind, so a moved comment cannot change the image.

const headerSize = 64;
export const programHeaderSize = 56;
export const loadType = 1;
const symbolTableType = 2;
const symbolSize = 24;

export interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly physicalAddress: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

export interface ElfFile {
  readonly entry: number;
  readonly programHeaderOffset: number;
  readonly segments: readonly Segment[];
}

/** Reads the headers of a 64-bit little-endian ELF executable. */
export function readElf(bytes: Buffer): ElfFile {
  if (bytes.length < headerSize || bytes.readUInt32BE(0) !== 0x7f454c46) {
    throw new Error("not an ELF file");
  }
  if (bytes[4] !== 2 || bytes[5] !== 1) throw new Error("not a 64-bit little-endian ELF file");
  const programHeaderOffset = Number(bytes.readBigUInt64LE(32));
  const count = bytes.readUInt16LE(56);
  const segments: Segment[] = [];
  for (let index = 0; index < count; index++) {
    const at = programHeaderOffset + index * programHeaderSize;
    segments.push({
      type: bytes.readUInt32LE(at),
      flags: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      address: Number(bytes.readBigUInt64LE(at + 16)),
      physicalAddress: Number(bytes.readBigUInt64LE(at + 24)),
      fileSize: Number(bytes.readBigUInt64LE(at + 32)),
      memorySize: Number(bytes.readBigUInt64LE(at + 40)),
      alignment: Number(bytes.readBigUInt64LE(at + 48)),
    });
  }
  return { entry: Number(bytes.readBigUInt64LE(24)), programHeaderOffset, segments };
}

/**
 * The image: ELF header, program headers and the segments' bytes, each where the linker put it;
 * everything between them is zero, and nothing follows the last one.
 */
export function bootableImage(linked: Buffer): Buffer {
  const elf = readElf(linked);
  if (!elf.segments.some((segment) => segment.type === loadType)) {
    throw new Error("the linked file has nothing to load");
  }
  const headersEnd = elf.programHeaderOffset + elf.segments.length * programHeaderSize;
  const end = Math.max(headersEnd, ...elf.segments.map((part) => part.offset + part.fileSize));
  const image = Buffer.alloc(end);
  linked.copy(image, 0, 0, headerSize);
  linked.copy(image, elf.programHeaderOffset, elf.programHeaderOffset, headersEnd);
  for (const segment of elf.segments) {
    linked.copy(image, segment.offset, segment.offset, segment.offset + segment.fileSize);
  }
  // No section headers: their offset, count and name table.
  image.writeBigUInt64LE(0n, 40);
  image.writeUInt16LE(0, 60);
  image.writeUInt16LE(0, 62);
  return image;
}

/** Name of the symbol at an executable's entry point; "" when it has none. */
export function entrySymbol(linked: Buffer): string {
  const { entry } = readElf(linked);
  const atEntry = symbols(linked, ({ address }) => address === entry);
  const names = atEntry.map(({ name }) => name).filter((name) => name !== "");
  return names.sort()[0] ?? "";
}

export interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

export const sectionFlags = { write: 1, allocated: 2, execute: 4, threadLocal: 0x400 } as const;
/** Type of a section that takes no room in the file. */
export const noBitsType = 8;

/** The section table of a linked file. */
export function sections(bytes: Buffer): Section[] {
  const offset = Number(bytes.readBigUInt64LE(40));
  const size = bytes.readUInt16LE(58);
  const count = bytes.readUInt16LE(60);
  const nameTable = offset + bytes.readUInt16LE(62) * size;
  const names = count === 0 ? 0 : Number(bytes.readBigUInt64LE(nameTable + 24));
  return Array.from({ length: count }, (_, index) => {
    const at = offset + index * size;
    return {
      name: textAt(bytes, names + bytes.readUInt32LE(at)),
      type: bytes.readUInt32LE(at + 4),
      flags: Number(bytes.readBigUInt64LE(at + 8)),
      address: Number(bytes.readBigUInt64LE(at + 16)),
      offset: Number(bytes.readBigUInt64LE(at + 24)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
      link: bytes.readUInt32LE(at + 40),
    };
  });
}

function textAt(bytes: Buffer, start: number): string {
  return bytes.toString("latin1", start, bytes.indexOf(0, start));
}

const bindings = ["local", "global", "weak"] as const;
const undefinedSection = 0;
const absoluteSection = 0xfff1;

export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  readonly binding: (typeof bindings)[number] | "other";
  readonly place: "section" | "undefined" | "absolute";
}

/** The symbol table of an object or a linked file; names are read of those that are wanted. */
export function symbols(
  bytes: Buffer,
  wanted: (symbol: Omit<ElfSymbol, "name">) => boolean = () => true,
): ElfSymbol[] {
  const all = sections(bytes);
  const table = all.find((section) => section.type === symbolTableType);
  const strings = table && all[table.link];
  if (!table || !strings) return [];
  const found: ElfSymbol[] = [];
  for (let at = table.offset; at < table.offset + table.size; at += symbolSize) {
    const section = bytes.readUInt16LE(at + 6);
    const symbol: Omit<ElfSymbol, "name"> = {
      address: Number(bytes.readBigUInt64LE(at + 8)),
      binding: bindings[bytes.readUInt8(at + 4) >> 4] ?? "other",
      place:
        section === undefinedSection
          ? "undefined"
          : section === absoluteSection
            ? "absolute"
            : "section",
    };
    if (!wanted(symbol)) continue;
    const start = strings.offset + bytes.readUInt32LE(at);
    found.push({ name: textAt(bytes, start), ...symbol });
  }
  return found;
}

/**
 * What link-time optimisation calls without saying so in time (`printf("x\n")` becomes
 * `puts("x")`): the linker does not look for it any more and puts zero in its place.
 */
export function forgottenSymbols(linked: Buffer): string[] {
  const isForgotten = ({ place, binding, address }: Omit<ElfSymbol, "name">) =>
    place === "absolute" && binding === "global" && address === 0;
  return symbols(linked, isForgotten)
    .map(({ name }) => name)
    .sort();
}
