import { expect, test } from "vitest";
import { diskImage } from "./disk-image.ts";

/** The smallest that withSection() takes for a program. */
function program(): Buffer {
  const bytes = Buffer.alloc(0x400);
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write("PE\0\0", 0x80);
  bytes.writeUInt16LE(1, 0x86);
  bytes.writeUInt16LE(0xf0, 0x94);
  for (const [offset, value] of [
    [32, 0x1000],
    [36, 0x200],
    [56, 0x1000],
    [60, 0x400],
  ] as const) {
    bytes.writeUInt32LE(value, 0x98 + offset);
  }
  return bytes;
}

test.each([
  ["small", 100_000],
  ["large", 5_000_000],
])("another %s kernel leaves the partition tables as they are", (_size, bytes) => {
  const of = (kernel: Buffer) => diskImage({ stub: program(), kernel, sizeBytes: 2 ** 30 });
  const before = of(Buffer.alloc(bytes, 1));
  const after = of(Buffer.alloc(bytes + 3000, 2));
  expect(after.sizeBytes).toBe(before.sizeBytes);
  const [front, volume, back] = before.extents;
  expect([after.extents[0], after.extents[2]]).toEqual([front, back]);
  expect(after.extents[1]).not.toEqual(volume);
});
