// The compiler of JavaScript, which is built once for all tests of a machine.
import { beforeAll, describe, expect, it } from "vitest";
import { compileBytecode } from "../../toolchain/src/bytecode/compile.ts";
import { bytecodeCompiler } from "../../toolchain/src/bytecode/compiler.ts";
import { bundledLibrariesDirectory } from "../../toolchain/src/home.ts";
import { LibraryRegistry } from "../../toolchain/src/libraries/registry.ts";
import { openStore } from "../../toolchain/src/store/store.ts";

const BUILD_TIMEOUT_MS = 600_000;
let program: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  const registry = new LibraryRegistry(bundledLibrariesDirectory);
  program = await bytecodeCompiler(registry, openStore(), {}).program();
}, BUILD_TIMEOUT_MS);

const compile = (text: string, map?: object) =>
  compileBytecode(program, {
    name: "handler.js",
    kind: "module",
    text,
    ...(map ? { map: JSON.stringify(map) } : {}),
  });
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

describe("the compiler of JavaScript", () => {
  it("makes the same bytes of the same source, without its text", () => {
    const text = "export default function handler() { return 1 + /* a remark */ 1; }";
    const bytecode = compile(text);
    expect(compile(text)).toEqual(bytecode);
    expect(textOf(bytecode)).toContain("handler");
    expect(textOf(bytecode)).not.toContain("a remark");
  });

  it("names the file and the line that a map tells", () => {
    // "AAAA;AAEA": line 1 is line 1 of the source, line 2 is its line 3.
    const map = { version: 3, sources: ["lib/deep.ts"], names: [], mappings: "AAAA;AAEA" };
    const text = "export const a = 1;\nexport function f() { throw new Error('x'); }";
    expect(textOf(compile(text, map))).toContain("lib/deep.ts");
    expect(textOf(compile(text))).not.toContain("lib/deep.ts");
    expect(compile(text, map)).not.toEqual(compile(text, { ...map, mappings: "AAAA;AAKA" }));
  });

  it("tells what it does not understand, and where", () => {
    expect(() => compile("export default ] 1")).toThrow(/SyntaxError: .*\n\s+at handler\.js:1:\d+/);
  });

  it("has room for what people write", () => {
    const text = `export default [${"[".repeat(200)}${"]".repeat(200)}, ${"1,".repeat(100_000)}];`;
    expect(compile(text).length).toBeGreaterThan(100_000);
  });
});
