// A relocatable ELF object that holds bytes between two symbols: what an assembler would make of
// .incbin, without starting one.

const header = { bytes: 64, sectionBytes: 64, symbolBytes: 24 };
const section = { data: 1, symbols: 2, names: 3, strings: 4 };
const type = { data: 1, symbols: 2, strings: 3 };
const allocated = 2;
const globalObject = (1 << 4) | 1;

/** Read-only data whose start and end are `NAME_start` and `NAME_end` (x86-64). */
export function dataObject(name: string, data: Uint8Array): Buffer {
  const symbols = table([`${name}_start`, `${name}_end`]);
  const strings = table([".symtab", ".strtab", ".shstrtab", `.rodata.${name}`, ".note.GNU-stack"]);
  const symbolTable = Buffer.alloc(3 * header.symbolBytes);
  for (const [index, value] of [0, data.length].entries()) {
    const at = (index + 1) * header.symbolBytes;
    symbolTable.writeUInt32LE(symbols.places[index] as number, at);
    symbolTable[at + 4] = globalObject;
    symbolTable.writeUInt16LE(section.data, at + 6);
    symbolTable.writeBigUInt64LE(BigInt(value), at + 8);
  }
  const [symtab, strtab, shstrtab, rodata, note] = strings.places as readonly number[];
  const contents = [Buffer.from(data), symbolTable, symbols.bytes, strings.bytes];
  const places: number[] = [];
  let end = header.bytes;
  for (const content of contents) {
    places.push(align(end));
    end = align(end) + content.length;
  }
  const headers = [
    {},
    { name: rodata, type: type.data, flags: allocated, align: 16 },
    { name: symtab, type: type.symbols, link: section.names, info: 1, align: 8, entry: 24 },
    { name: strtab, type: type.strings, align: 1 },
    { name: shstrtab, type: type.strings, align: 1 },
    // Its presence says that no stack has to be executable.
    { name: note, type: type.data, align: 1 },
  ].map((fields, index) => {
    const content = index === 0 ? undefined : contents[index - 1];
    const offset = content ? (places[index - 1] as number) : index === 0 ? 0 : end;
    return sectionHeader({ ...fields, offset, size: content?.length ?? 0 });
  });
  const file = Buffer.alloc(align(end) + headers.length * header.sectionBytes);
  elfHeader(align(end), headers.length).copy(file);
  for (const [index, content] of contents.entries()) content.copy(file, places[index]);
  Buffer.concat(headers).copy(file, align(end));
  return file;
}

const align = (place: number) => Math.ceil(place / 16) * 16;

/** Strings that end with NUL behind an empty one, and where each begins. */
function table(names: readonly string[]): { bytes: Buffer; places: number[] } {
  const places: number[] = [];
  let text = "\0";
  for (const name of names) {
    places.push(text.length);
    text += `${name}\0`;
  }
  return { bytes: Buffer.from(text, "latin1"), places };
}

interface SectionFields {
  readonly name?: number | undefined;
  readonly type?: number;
  readonly flags?: number;
  readonly offset: number;
  readonly size: number;
  readonly link?: number;
  readonly info?: number;
  readonly align?: number;
  readonly entry?: number;
}

function sectionHeader(fields: SectionFields): Buffer {
  const bytes = Buffer.alloc(header.sectionBytes);
  bytes.writeUInt32LE(fields.name ?? 0, 0);
  bytes.writeUInt32LE(fields.type ?? 0, 4);
  bytes.writeUInt32LE(fields.flags ?? 0, 8);
  bytes.writeUInt32LE(fields.offset, 24);
  bytes.writeUInt32LE(fields.size, 32);
  bytes.writeUInt32LE(fields.link ?? 0, 40);
  bytes.writeUInt32LE(fields.info ?? 0, 44);
  bytes.writeUInt32LE(fields.align ?? 0, 48);
  bytes.writeUInt32LE(fields.entry ?? 0, 56);
  return bytes;
}

function elfHeader(sectionsAt: number, sectionCount: number): Buffer {
  const bytes = Buffer.alloc(header.bytes);
  // 64 bits, little-endian, version 1.
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(1, 16); // relocatable
  bytes.writeUInt16LE(62, 18); // x86-64
  bytes.writeUInt32LE(1, 20);
  bytes.writeUInt32LE(sectionsAt, 40);
  bytes.writeUInt16LE(header.bytes, 52);
  bytes.writeUInt16LE(header.sectionBytes, 58);
  bytes.writeUInt16LE(sectionCount, 60);
  bytes.writeUInt16LE(section.strings, 62);
  return bytes;
}
