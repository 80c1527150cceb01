import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { glob } from "./glob.ts";
import { writeTree } from "./test-support.ts";

describe("glob", () => {
  it("matches names segment by segment, sorted", () => {
    const names = ["b/Kconfig", "a/Kconfig", "a/Kconfig.extra", "a/c/Kconfig", ".hidden/Kconfig"];
    const root = dirname(writeTree(Object.fromEntries(names.map((name) => [name, ""]))));
    expect(glob("*/Kconfig", root)).toEqual(["a/Kconfig", "b/Kconfig"]);
    expect(glob("a/Kconfig*", root)).toEqual(["a/Kconfig", "a/Kconfig.extra"]);
    expect(glob("[!a]/Kconfig", root)).toEqual(["b/Kconfig"]);
    expect(glob("?/?/K*g", root)).toEqual(["a/c/Kconfig"]);
    expect(glob(".h*/Kconfig", root)).toEqual([".hidden/Kconfig"]);
    expect(glob("none/*/Kconfig", root)).toEqual([]);
    expect(glob(`${root}/b/*`, "")).toEqual([`${root}/b/Kconfig`]);
  });

  it("takes other characters as they are", () => {
    const root = dirname(writeTree({ "a.b": "", axb: "", "a+(b)": "" }));
    expect(glob("a.*", root)).toEqual(["a.b"]);
    expect(glob("a+(?)", root)).toEqual(["a+(b)"]);
  });
});
