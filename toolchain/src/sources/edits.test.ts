import { expect, test } from "vitest";
import { applyEdit } from "./edits.ts";

test("replaces the only occurrence, taking both texts literally", () => {
  expect(applyEdit("a $& b", { file: "x.c", find: "$&", replace: "$1" })).toBe("a $1 b");
});

test.each([
  ["a b a", "occurs 2 times"],
  ["b", "occurs 0 times"],
])("refuses %s", (content, message) => {
  expect(() => applyEdit(content, { file: "x.c", find: "a", replace: "c" })).toThrow(
    `edit of x.c: "a" ${message}, not once`,
  );
});
