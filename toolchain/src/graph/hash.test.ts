import fc from "fast-check";
import { expect, test } from "vitest";
import { compareBytes, keyOf, sha256, treeHash } from "./hash.ts";

test("the tree hash is the SHA-256 of PATH NUL SHA256 LF lines in byte order", () => {
  const files = [
    { path: "src/b.c", sha256: sha256("b") },
    { path: "src/B.c", sha256: sha256("B") },
    { path: "a.h", sha256: sha256("a") },
  ];
  const text = ["a.h", "src/B.c", "src/b.c"]
    .map((path) => `${path}\0${files.find((file) => file.path === path)?.sha256}\n`)
    .join("");
  expect(treeHash(files)).toBe(sha256(text));
});

test("the tree hash does not depend on the order of files", () => {
  const file = fc.record({ path: fc.string({ minLength: 1 }), sha256: fc.string() });
  const trees = fc.uniqueArray(file, { selector: (one) => one.path });
  fc.assert(fc.property(trees, (files) => treeHash(files) === treeHash([...files].reverse())));
});

test("byte order is that of UTF-8, not of UTF-16", () => {
  expect(compareBytes("\u{ffff}", "\u{10000}")).toBeLessThan(0);
  expect(["é", "z", "Z"].sort(compareBytes)).toEqual(["Z", "z", "é"]);
});

test("keys of different values differ, also when their text is the same", () => {
  expect(keyOf("a", "b", "c")).not.toBe(keyOf("a", "bc"));
  expect(keyOf("a", ["b"], "c")).not.toBe(keyOf("a", ["b", "c"]));
  expect(keyOf("a", 1)).not.toBe(keyOf("a", "1"));
  expect(keyOf("a", 1)).toBe(keyOf("a", 1));
});
