// The compiler from JavaScript to bytecode: QuickJS itself, compiled to WebAssembly with the pinned
// compiler from the pinned sources that guests have too. One program for every host, which reaches
// nothing there but the few functions that it is given.
import { readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { compilerAt } from "../compiler/compiler.ts";
import { ensureCompiler } from "../compiler/ensure.ts";
import { compilerIdentity } from "../compiler/pin.ts";
import { keyOf, sha256 } from "../graph/hash.ts";
import { runTool } from "../graph/process.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import { readKnownTree } from "../libraries/tree.ts";
import { ensureSource } from "../sources/acquire.ts";
import { sourceTree } from "../sources/tree.ts";
import { publish, withTemporary, writeAtomically } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import { markUsed } from "../store/use.ts";
import type { BuildOptions } from "../types.ts";

const sourceDirectory = join(import.meta.dirname, "..", "..", "bytecode");

const flags: readonly string[] = [
  ...["-target", "wasm32-wasi", "-mexec-model=reactor"],
  // What is fast to build and to load; it compiles small programs.
  ...["-Os", "-g0", "-w", "-fno-sanitize=undefined", "-std=gnu17", "-D_GNU_SOURCE"],
  '-DQUICKJS_POSITIONS="positions.h"',
  ...["-Wl,-z,stack-size=4194304", "-Wl,--strip-all"],
];

const files = ["quickjs.c", "libregexp.c", "libunicode.c", "dtoa.c"];

export interface BytecodeCompiler {
  /** Covers all that decides what it makes of a source. */
  readonly key: string;
  /** The program, after building it when the store lacks it. */
  program(): Promise<Uint8Array<ArrayBuffer>>;
}

/** The bytecode that guests with this registry's library quickjs understand. */
export function bytecodeCompiler(
  registry: LibraryRegistry,
  store: Store,
  options: BuildOptions,
): BytecodeCompiler {
  const tree = sourceTree(registry.get("quickjs", "an application in JavaScript"), registry, store);
  if (!tree) throw new Error("quickjs/library.json: it has no source");
  const own = readKnownTree(sourceDirectory, () => true);
  const key = keyOf(
    "bytecode-compiler",
    compilerIdentity,
    [...flags],
    [...files],
    tree.key,
    own.map((file) => [file.path, file.sha256]),
  );
  const find = () => findProgram(store, key);
  const build = async () => {
    options.onProgress?.("compiling the compiler of JavaScript");
    const { directory: compilerDirectory } = { directory: await ensureCompiler(options) };
    const compiler = compilerAt(compilerDirectory);
    await ensureSource(tree, store, options);
    return withTemporary(store.temporaryDirectory, "bytecode", async (directory) => {
      await mkdir(directory);
      const result = await runTool(
        compiler.zig,
        [
          "cc",
          ...flags,
          ...["-I", sourceDirectory, "-I", tree.directory],
          join(sourceDirectory, "compile.c"),
          ...files.map((file) => join(tree.directory, file)),
          ...["-o", "program.wasm"],
        ],
        {
          directory,
          signal: options.signal,
          environment: {
            ZIG_GLOBAL_CACHE_DIR: join(directory, "global"),
            ZIG_LOCAL_CACHE_DIR: join(directory, "local"),
          },
        },
      );
      if (result.status !== 0) {
        throw new Error(`cannot build the compiler of JavaScript: ${result.stderr.trim()}`);
      }
      const program = join(directory, "program.wasm");
      const bytes = new Uint8Array(await readFile(program));
      const content = sha256(bytes);
      await publish(program, programPath(store, content));
      await writeAtomically(store.temporaryDirectory, recordPath(store, key), content);
      return bytes;
    });
  };
  return {
    key,
    program: async () =>
      find() ??
      (await store.lock(`bytecode-compiler-${key}`, options.signal, async () => find() ?? build())),
  };
}

function programPath(store: Store, content: string): string {
  return store.path("programs", content, "bytecode-compiler.wasm");
}

function recordPath(store: Store, key: string): string {
  return store.path("programs", `bytecode-compiler-${key}.key`);
}

/** The program that was made under this key, if it is here and intact. */
function findProgram(store: Store, key: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const record = recordPath(store, key);
    const content = readFileSync(record, "utf8");
    const bytes = new Uint8Array(readFileSync(programPath(store, content)));
    if (sha256(bytes) !== content) return undefined;
    markUsed(record, programPath(store, content));
    return bytes;
  } catch {
    return undefined;
  }
}
