import fc from "fast-check";
import { expect, test } from "vitest";
import { dataBlocks, type SparseDisk, sparseDisk } from "./sparse.ts";

function whole(disk: SparseDisk): Buffer {
  const bytes = Buffer.alloc(disk.sizeBytes);
  for (const { offset, data } of disk.extents) data.copy(bytes, offset);
  return bytes;
}

test("blocks with data are all that a disk holds", () => {
  const pieces = fc.array(fc.record({ gap: fc.nat(40), data: fc.uint8Array({ maxLength: 40 }) }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(pieces, fc.integer({ min: 1, max: 32 }), (parts, blockBytes) => {
      let end = 0;
      const extents = parts.map(({ gap, data }) => {
        const offset = end + gap;
        end = offset + data.length;
        return { offset, data: Buffer.from(data) };
      });
      const disk = sparseDisk(end + 10, extents);
      const blocks = [...dataBlocks(disk, blockBytes)];
      const again = Buffer.alloc(Math.ceil(disk.sizeBytes / blockBytes) * blockBytes);
      for (const { index, data } of blocks) {
        expect(data.some((byte) => byte !== 0)).toBe(true);
        data.copy(again, index * blockBytes);
      }
      expect(again.subarray(0, disk.sizeBytes)).toEqual(whole(disk));
      const indexes = blocks.map(({ index }) => index);
      expect(indexes).toEqual([...new Set(indexes)].sort((one, other) => one - other));
    }),
  );
});

test("pieces may come in any order, but not on top of each other or behind the end", () => {
  const late = { offset: 5, data: Buffer.from("late") };
  const early = { offset: 0, data: Buffer.from("early") };
  expect(sparseDisk(9, [late, early]).extents).toEqual([early, late]);
  expect(() => sparseDisk(8, [late])).toThrow("a disk of 8 bytes cannot hold byte 8");
  expect(() => sparseDisk(20, [late, { offset: 8, data: Buffer.from("x") }])).toThrow(
    "two pieces of a disk overlap at byte 8",
  );
});
