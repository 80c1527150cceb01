import { expect, test } from "vitest";
import { isAtLeast, versionNumbers } from "./versions.ts";

test("reads the numbers out of what programs print", () => {
  expect(versionNumbers("v3.250.0")).toEqual([3, 250, 0]);
  expect(versionNumbers("go version go1.26.8 linux/amd64")).toEqual([1, 26, 8]);
  expect(versionNumbers("1.19")).toEqual([1, 19, 0]);
  expect(versionNumbers("")).toBeUndefined();
});

test("compares number by number, not letter by letter", () => {
  expect(isAtLeast("3.250.0", "3.250.0")).toBe(true);
  expect(isAtLeast("3.99.9", "3.250.0")).toBe(false);
  expect(isAtLeast("4.0.0", "3.250.0")).toBe(true);
  expect(isAtLeast("1.25.10", "1.25.11")).toBe(false);
});

test("an unreadable version is not recent enough", () => {
  expect(isAtLeast("(devel)", "1.0.0")).toBe(false);
});
