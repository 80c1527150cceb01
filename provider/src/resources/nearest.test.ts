import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearest, suggestion } from "./nearest.ts";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["lwip", "lwip", 0],
    ["lwp", "lwip", 1],
    ["liwp", "lwip", 1],
    ["kitten", "sitting", 3],
  ])("%s to %s", (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });

  it("is symmetric and zero only for equal words", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe("nearest", () => {
  it("finds what was meant, and nothing when nothing is near", () => {
    const known = ["libraries", "options", "optimize"];
    expect(nearest("librarys", known)).toBe("libraries");
    expect(nearest("Optimise", known)).toBe("optimize");
    expect(nearest("memory", known)).toBeNull();
    expect(suggestion("memory", known)).toBe("; known are libraries, optimize, options");
    expect(suggestion("memory", [])).toBe("");
  });
});
