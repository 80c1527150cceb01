// The sections of an ELF file, as far as crashes are made readable with them.

export interface Section {
  readonly name: string;
  readonly type: number;
  /** Index of the section that this one refers to. */
  readonly link: number;
  readonly address: bigint;
  readonly bytes: Buffer;
}

const SECTION_HEADER_BYTES = 64;
/** Takes no room in the file. */
const TYPE_NO_BITS = 8;

export function readSections(elf: Buffer): Section[] {
  if (elf.length < 64 || elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) {
    throw new Error("not a little-endian 64-bit ELF file");
  }
  const table = Number(elf.readBigUInt64LE(40));
  const sections = Array.from({ length: elf.readUInt16LE(60) }, (_, index) => {
    const at = table + index * SECTION_HEADER_BYTES;
    const type = elf.readUInt32LE(at + 4);
    const offset = Number(elf.readBigUInt64LE(at + 24));
    const length = type === TYPE_NO_BITS ? 0 : Number(elf.readBigUInt64LE(at + 32));
    return {
      nameAt: elf.readUInt32LE(at),
      type,
      address: elf.readBigUInt64LE(at + 16),
      link: elf.readUInt32LE(at + 40),
      bytes: elf.subarray(offset, offset + length),
    };
  });
  const names = sections[elf.readUInt16LE(62)]?.bytes;
  return sections.map(({ nameAt, ...section }) => ({ ...section, name: textAt(names, nameAt) }));
}

/** A text that ends with a zero byte; "" where there is none. */
export function textAt(bytes: Buffer | undefined, at: number): string {
  if (bytes === undefined || at >= bytes.length) return "";
  const end = bytes.indexOf(0, at);
  return bytes.toString("utf8", at, end < 0 ? bytes.length : end);
}
