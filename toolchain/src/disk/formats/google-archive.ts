// What Google Compute Engine imports: a gzipped tar in GNU's old format with one sparse file
// "disk.raw" (GNU tar's manual, "Basic Tar Format" and "Old GNU Format"). The disk has to be a
// whole number of GiB. Nothing is compressed, so that the bytes do not depend on a compressor's
// version; only what holds data is in it anyway.
import { crc32 } from "node:zlib";
import { type SparseDisk, sparseDisk } from "../sparse.ts";

const blockBytes = 512;
const piecesInHeader = 4;
const pieceBytes = 24;
const storedBytesMax = 0xffff;

export function googleArchive(disk: SparseDisk): SparseDisk {
  const pieces = disk.extents;
  if (pieces.length > piecesInHeader) throw new Error("a disk in too many pieces");
  const content = Buffer.concat(pieces.map(({ data }) => data));
  const header = Buffer.alloc(blockBytes);
  header.write("disk.raw", 0, "ascii");
  octal(header, 100, 8, 0o644);
  for (const at of [108, 116]) octal(header, at, 8, 0);
  octal(header, 124, 12, content.length);
  octal(header, 136, 12, 0);
  header.write("S", 156, "ascii");
  header.write("ustar  \0", 257, "ascii");
  for (const [index, { offset, data }] of pieces.entries()) {
    octal(header, 386 + index * pieceBytes, 12, offset);
    octal(header, 398 + index * pieceBytes, 12, data.length);
  }
  octal(header, 483, 12, disk.sizeBytes);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "ascii");
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  const data = gzip(Buffer.concat([header, content, padding, Buffer.alloc(2 * blockBytes)]));
  return sparseDisk(data.length, [{ offset: 0, data }]);
}

function octal(header: Buffer, offset: number, length: number, value: number): void {
  header.write(value.toString(8).padStart(length - 1, "0"), offset, "ascii");
}

/** RFC 1952 around stored blocks of RFC 1951. */
function gzip(content: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])];
  for (let at = 0; at < content.length; at += storedBytesMax) {
    const block = content.subarray(at, at + storedBytesMax);
    const head = Buffer.alloc(5);
    head[0] = at + storedBytesMax >= content.length ? 1 : 0;
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(~block.length & 0xffff, 3);
    parts.push(head, block);
  }
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(content), 0);
  tail.writeUInt32LE(content.length % 2 ** 32, 4);
  return Buffer.concat([...parts, tail]);
}
