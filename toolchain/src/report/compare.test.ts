import { expect, test } from "vitest";
import type { OptionRecord } from "../record/types.ts";
import { libraryChanges, optionChanges, symbolChanges } from "./compare.ts";
import type { Piece } from "./pieces.ts";

function piece(symbol: string, bytes: number, fields: Partial<Piece> = {}): Piece {
  const place = { origin: "own", library: "net", object: "a.c", section: ".text" } as const;
  return { ...place, symbol, contents: "code", fileBytes: bytes, memoryBytes: bytes, ...fields };
}

const zeroed = { contents: "zero", section: ".bss", fileBytes: 0 } as const;

test("tells what is new, gone, grown and shrunk, the largest change first", () => {
  const before = [
    piece("same", 9),
    piece("old", 5),
    piece("less", 40),
    piece("buffer", 64, zeroed),
  ];
  const after = [
    piece("same", 9),
    piece("less", 10),
    piece("fresh", 7),
    piece("buffer", 128, zeroed),
  ];
  expect(symbolChanges(before, after)).toMatchObject([
    { symbol: "buffer", kind: "grown", before: 64, after: 128, section: ".bss" },
    { symbol: "less", kind: "shrunk", before: 40, after: 10 },
    { symbol: "fresh", kind: "new", before: 0, after: 7 },
    { symbol: "old", kind: "gone", before: 5, after: 0 },
  ]);
});

test("symbols of one name in two objects are two symbols", () => {
  const before = [piece("init", 3, { object: "a.c" }), piece("init", 4, { object: "b.c" })];
  const after = [piece("init", 3, { object: "a.c" }), piece("init", 5, { object: "b.c" })];
  expect(symbolChanges(before, after)).toMatchObject([{ object: "b.c", before: 4, after: 5 }]);
});

test("adds up libraries, also those that only one image has", () => {
  const before = [piece("a", 10), piece("b", 5), piece("c", 8, { library: "gone" })];
  const after = [piece("a", 12), piece("b", 5), piece("d", 1, { library: "new" })];
  const sizes = (bytes: number) => ({ fileBytes: bytes, memoryBytes: bytes });
  expect(libraryChanges(before, after)).toEqual([
    { library: "gone", before: sizes(8), after: sizes(0) },
    { library: "net", before: sizes(15), after: sizes(17) },
    { library: "new", before: sizes(0), after: sizes(1) },
  ]);
});

test("names options with other values, or that only one image has", () => {
  const options = (values: Record<string, string>) =>
    Object.entries(values).map(([name, value]) => ({ name, value })) as OptionRecord[];
  expect(
    optionChanges(options({ A: "1", B: "y", C: "n" }), options({ A: "2", C: "n", D: "3" })),
  ).toEqual([
    { name: "A", before: "1", after: "2" },
    { name: "B", before: "y", after: undefined },
    { name: "D", before: undefined, after: "3" },
  ]);
});
