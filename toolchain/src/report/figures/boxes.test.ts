import fc from "fast-check";
import { expect, test } from "vitest";
import { type Box, type Direction, layOut, neighbour } from "./boxes.ts";
import { makeTree } from "./tree.ts";

function image(sizes: readonly number[][]) {
  return makeTree({
    title: "image",
    libraries: sizes.map((objects, index) => ({
      name: `library ${index}`,
      objects: objects.map((bytes, at) => ({
        name: `object ${at}`,
        origin: "own" as const,
        symbols: [
          { name: "s", section: ".text", contents: "code" as const, sizes: [bytes, bytes] },
        ],
      })),
    })),
  });
}

const area = ({ x0, y0, x1, y1 }: Box) => (x1 - x0) * (y1 - y0);

test("cells fill the map in proportion, without overlap, and hold their tiles", () => {
  const size = fc.integer({ min: 1, max: 10_000 });
  const sizes = fc.array(fc.array(size, { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(sizes, (all) => {
      const root = image(all);
      const cells = layOut(root, "file", { width: 800, height: 500 });
      expect(cells).toHaveLength(all.length);
      for (const [index, cell] of cells.entries()) {
        // Gaps between cells take a little of each.
        expect(area(cell) / (800 * 500)).toBeLessThanOrEqual(cell.node.file / root.file + 1e-6);
        for (const other of cells.slice(index + 1)) {
          const width = Math.min(cell.x1, other.x1) - Math.max(cell.x0, other.x0);
          const height = Math.min(cell.y1, other.y1) - Math.max(cell.y0, other.y0);
          expect(Math.min(width, height)).toBeLessThanOrEqual(1e-6);
        }
        for (const tile of cell.tiles) {
          expect(tile.x0).toBeGreaterThanOrEqual(cell.x0);
          expect(tile.x1).toBeLessThanOrEqual(cell.x1 + 1e-6);
          expect(tile.y1).toBeLessThanOrEqual(cell.y1 + 1e-6);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test("arrow keys go to the neighbour in their direction and stop at the border", () => {
  const grid = [0, 1].flatMap((row) =>
    [0, 1, 2].map((column) => ({
      x0: column * 10,
      x1: column * 10 + 9,
      y0: row * 10,
      y1: row * 10 + 9,
    })),
  );
  const go = (from: number, ...path: Direction[]) =>
    path.reduce((at, direction) => neighbour(grid, at, direction), from);
  expect(go(0, "right")).toBe(1);
  expect(go(0, "right", "down")).toBe(4);
  expect(go(4, "left", "up")).toBe(0);
  expect(go(2, "right")).toBe(2);
  expect(go(3, "down")).toBe(3);
});

test("every direction leads somewhere until the border of the map", () => {
  const cells = layOut(image([[50], [30], [20], [9], [4], [2], [1]]), "file", {
    width: 600,
    height: 400,
  });
  for (const [index, cell] of cells.entries()) {
    if (cell.x1 < 599) expect(neighbour(cells, index, "right")).not.toBe(index);
    if (cell.y0 > 1) expect(neighbour(cells, index, "up")).not.toBe(index);
  }
});
