import { expect, test } from "vitest";
import { globMatcher } from "./glob.ts";

test.each([
  ["*.c", "a.c", true],
  ["*.c", "sub/a.c", false],
  ["src/**/*.c", "src/a.c", true],
  ["src/**/*.c", "src/x/y/a.c", true],
  ["src/**", "src/x/y/a.h", true],
  ["src/**", "source/a.c", false],
  ["src/*/x86_64/*", "src/math/x86_64/sqrt.c", true],
  ["src/*/x86_64/*", "src/math/x86_64/deep/sqrt.c", false],
  ["?.{c,S}", "a.S", true],
  ["?.{c,S}", "ab.S", false],
  ["a+b.c", "a+b.c", true],
  ["a.c", "abc", false],
])("%s and %s: %s", (pattern, path, matches) => {
  expect(globMatcher([pattern])(path)).toBe(matches);
});

test("exceptions win", () => {
  const matches = globMatcher(["**/*.c"], ["src/arm/**"]);
  expect(matches("src/main.c")).toBe(true);
  expect(matches("src/arm/main.c")).toBe(false);
});

test("a brace that is not closed is refused", () => {
  expect(() => globMatcher(["*.{c"])).toThrow('glob "*.{c": { without }');
});
