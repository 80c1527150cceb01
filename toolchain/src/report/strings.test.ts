import { expect, test } from "vitest";
import { stringsOf } from "./strings.ts";

test("cuts a section of strings where they end, alignment included", () => {
  expect(stringsOf(".rodata.str1.16", Buffer.from("one\0\0\0\0\0two\n\0"))).toEqual([
    { text: '"one"', at: 0, size: 8 },
    { text: '"two\\n"', at: 8, size: 5 },
  ]);
});

test("loses no byte of a section that ends in the middle of a string", () => {
  const pieces = stringsOf(".rodata.str1.1", Buffer.from("a\0rest")) ?? [];
  expect(pieces.reduce((sum, piece) => sum + piece.size, 0)).toBe(6);
});

test("shortens long strings and leaves other constants alone", () => {
  expect(stringsOf(".rodata.str1.1", Buffer.from(`${"x".repeat(100)}\0`))?.[0]?.text).toHaveLength(
    63,
  );
  expect(stringsOf(".rodata.cst16", Buffer.alloc(16))).toBeUndefined();
});
