// Adds a section with data to a program in PE format (Microsoft's "PE Format"), as objcopy does to
// unified kernel images: one file that can be signed, whatever it carries.

const peOffsetAt = 0x3c;
const coffBytes = 20;
const sectionBytes = 40;
const readableData = 0x40000040;

export function withSection(program: Buffer, name: string, data: Buffer): Buffer {
  const coff = program.readUInt32LE(peOffsetAt) + 4;
  if (program.toString("latin1", coff - 4, coff) !== "PE\0\0") throw new Error("not a PE program");
  const count = program.readUInt16LE(coff + 2);
  const optional = coff + coffBytes;
  const table = optional + program.readUInt16LE(coff + 16);
  const sectionAlignment = program.readUInt32LE(optional + 32);
  const fileAlignment = program.readUInt32LE(optional + 36);
  const headersEnd = program.readUInt32LE(optional + 60);
  const entry = table + count * sectionBytes;
  if (entry + sectionBytes > headersEnd)
    throw new Error("the PE program has no room for a section");

  const imageEnd = program.readUInt32LE(optional + 56);
  const fileStart = roundUp(program.length, fileAlignment);
  const fileSize = roundUp(data.length, fileAlignment);
  const result = Buffer.alloc(fileStart + fileSize);
  program.copy(result);
  data.copy(result, fileStart);
  result.writeUInt16LE(count + 1, coff + 2);
  result.writeUInt32LE(roundUp(imageEnd + data.length, sectionAlignment), optional + 56);
  result.write(name, entry, 8, "ascii");
  result.writeUInt32LE(data.length, entry + 8);
  result.writeUInt32LE(imageEnd, entry + 12);
  result.writeUInt32LE(fileSize, entry + 16);
  result.writeUInt32LE(fileStart, entry + 20);
  result.writeUInt32LE(readableData, entry + 36);
  return result;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
