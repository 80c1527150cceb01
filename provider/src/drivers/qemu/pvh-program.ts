// Makes a bootable file of a few machine instructions: the smallest guest there can be, for
// measuring what starting one costs.

const LOAD_ADDRESS = 0x100000;
const FILE_HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const NOTE_BYTES = 20;
/** "Boot here, in 32-bit protected mode": XEN_ELFNOTE_PHYS32_ENTRY. */
const NOTE_TYPE_ENTRY = 18;
const CODE_OFFSET = FILE_HEADER_BYTES + 2 * PROGRAM_HEADER_BYTES + NOTE_BYTES;

/** Where the first byte of the code will be in memory. */
export const CODE_ADDRESS = LOAD_ADDRESS + CODE_OFFSET;

/** A PVH ELF file that enters 32-bit code at its first byte, with EBX at the start info. */
export function pvhProgram(code: Uint8Array): Buffer {
  const file = Buffer.alloc(CODE_OFFSET + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(62, 18); // x86-64
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(CODE_ADDRESS), 24);
  file.writeBigUInt64LE(BigInt(FILE_HEADER_BYTES), 32);
  file.writeUInt16LE(FILE_HEADER_BYTES, 52);
  file.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  file.writeUInt16LE(2, 56);
  const load = { type: 1, flags: 7, offset: 0, length: file.length };
  const note = { type: 4, flags: 4, offset: CODE_OFFSET - NOTE_BYTES, length: NOTE_BYTES };
  for (const [index, { type, flags, offset, length }] of [load, note].entries()) {
    const at = FILE_HEADER_BYTES + index * PROGRAM_HEADER_BYTES;
    file.writeUInt32LE(type, at);
    file.writeUInt32LE(flags, at + 4);
    file.writeBigUInt64LE(BigInt(offset), at + 8);
    file.writeBigUInt64LE(BigInt(LOAD_ADDRESS + offset), at + 16);
    file.writeBigUInt64LE(BigInt(LOAD_ADDRESS + offset), at + 24);
    file.writeBigUInt64LE(BigInt(length), at + 32);
    file.writeBigUInt64LE(BigInt(length), at + 40);
    file.writeBigUInt64LE(4n, at + 48);
  }
  file.writeUInt32LE(4, note.offset);
  file.writeUInt32LE(4, note.offset + 4);
  file.writeUInt32LE(NOTE_TYPE_ENTRY, note.offset + 8);
  file.write("Xen\0", note.offset + 12, "latin1");
  file.writeUInt32LE(CODE_ADDRESS, note.offset + 16);
  file.set(code, CODE_OFFSET);
  return file;
}
