// For tests: a linked file with the given segments and sections, as far as reports read it.

export interface TestSegment {
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

export interface TestSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

/** `content` is put into the file by offset. */
export function linkedFile(
  segments: readonly TestSegment[],
  sections: readonly TestSection[],
  content: Readonly<Record<number, string>> = {},
): Buffer {
  const names = `\0${sections.map((section) => `${section.name}\0`).join("")}`;
  const end = Math.max(
    64 + 56 * segments.length,
    ...segments.map((segment) => segment.offset + segment.fileSize),
  );
  const tableOffset = end + names.length;
  const bytes = Buffer.alloc(tableOffset + 64 * (sections.length + 2));
  bytes.writeUInt32BE(0x7f454c46, 0);
  bytes[4] = 2;
  bytes[5] = 1;
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeBigUInt64LE(BigInt(tableOffset), 40);
  bytes.writeUInt16LE(segments.length, 56);
  bytes.writeUInt16LE(64, 58);
  bytes.writeUInt16LE(sections.length + 2, 60);
  bytes.writeUInt16LE(sections.length + 1, 62);
  segments.forEach((segment, index) => {
    const at = 64 + 56 * index;
    const { address, offset, fileSize, memorySize } = segment;
    bytes.writeUInt32LE(1, at);
    bytes.writeUInt32LE(segment.flags, at + 4);
    for (const [place, value] of [offset, address, address, fileSize, memorySize, 16].entries()) {
      bytes.writeBigUInt64LE(BigInt(value), at + 8 + 8 * place);
    }
  });
  bytes.write(names, end, "latin1");
  const writeSection = (index: number, name: number, section: Omit<TestSection, "name">) => {
    const at = tableOffset + 64 * index;
    bytes.writeUInt32LE(name, at);
    bytes.writeUInt32LE(section.type, at + 4);
    const { flags, address, offset, size } = section;
    for (const [place, value] of [flags, address, offset, size].entries()) {
      bytes.writeBigUInt64LE(BigInt(value), at + 8 + 8 * place);
    }
  };
  sections.forEach((section, index) => {
    writeSection(index + 1, names.indexOf(`\0${section.name}\0`) + 1, section);
  });
  const table = { type: 3, flags: 0, address: 0, offset: end, size: names.length };
  writeSection(sections.length + 1, 0, table);
  for (const [offset, text] of Object.entries(content)) bytes.write(text, Number(offset), "latin1");
  return bytes;
}
