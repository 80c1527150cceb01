// Builds a program that goes with images, from C sources of ours with the pinned compiler: without
// libc, the same bytes on every machine, kept in the store under its content.
import { readFileSync } from "node:fs";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { compilerAt } from "../compiler/compiler.ts";
import { ensureCompiler } from "../compiler/ensure.ts";
import { compilerIdentity } from "../compiler/pin.ts";
import { keyOf, sha256 } from "../graph/hash.ts";
import { Pool } from "../graph/pool.ts";
import { runTool } from "../graph/process.ts";
import { hashFiles, readTree } from "../libraries/tree.ts";
import { publish, withTemporary, writeAtomically } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions } from "../types.ts";

export interface Program {
  /** Names its file. */
  readonly name: string;
  /** Holds all its sources and its headers. */
  readonly sourceDirectory: string;
  /** Headers from elsewhere, and where their names begin; sources from there. */
  readonly shared?: {
    readonly directory: string;
    readonly headers: readonly string[];
    readonly sources?: readonly string[];
  };
  readonly compileFlags: readonly string[];
  /** The linker's name among the compiler's tools and its arguments; the objects follow. */
  readonly link: { readonly tool: string; readonly arguments: (output: string) => string[] };
}

/** What all of them are compiled with. */
export const programFlags: readonly string[] = [
  "--no-default-config",
  "-std=gnu17",
  "-g0",
  "-ffreestanding",
  // Nobody has set up a canary: there is no libc.
  "-fno-stack-protector",
  "-fno-unwind-tables",
  "-fno-asynchronous-unwind-tables",
  "-nostdinc",
  "-Wall",
  "-Wextra",
  "-Werror",
];

/** Returns the program's path, after building it when the store lacks it. */
export async function ensureProgram(
  program: Program,
  store: Store,
  options: BuildOptions = {},
): Promise<string> {
  const { name, shared } = program;
  const sources = readTree(program.sourceDirectory, () => true);
  const elsewhere = [...(shared?.headers ?? []), ...(shared?.sources ?? [])];
  const others = shared === undefined ? [] : hashFiles(shared.directory, elsewhere);
  const key = keyOf(
    name,
    compilerIdentity,
    [...program.compileFlags],
    [program.link.tool, ...program.link.arguments(name)],
    [...sources, ...others].map(({ path, sha256 }) => [path, sha256]),
  );
  const known = findProgram(program, store, key);
  if (known) return known;
  return store.lock(`${name}-${key}`, options.signal, async () => {
    const made = findProgram(program, store, key);
    if (made) return made;
    options.onProgress?.(`compiling the ${name}`);
    const own = sources.map(({ path }) => path).filter((path) => /\.[cS]$/.test(path));
    const lent = (shared?.sources ?? []).map((path) => join(shared?.directory ?? "", path));
    const files = [...own, ...lent];
    return build(program, store, key, files, options);
  });
}

async function build(
  program: Program,
  store: Store,
  key: string,
  files: readonly string[],
  options: BuildOptions,
): Promise<string> {
  const compiler = compilerAt(await ensureCompiler(options));
  const { name, shared } = program;
  return withTemporary(store.temporaryDirectory, name, async (directory) => {
    await mkdir(directory);
    const run = async (command: readonly string[], at: string) => {
      const result = await runTool(compiler.zig, command, {
        directory: at,
        signal: options.signal,
      });
      if (result.status !== 0) {
        throw new Error(`cannot build the ${name}: ${(result.stderr || result.stdout).trim()}`);
      }
    };
    const include = [
      ...(shared === undefined ? [] : ["-I", shared.directory]),
      ...["-isystem", compiler.includeDirectory],
    ];
    await new Pool(options.jobs).map(files, (file) => {
      const object = join(directory, objectOf(file));
      const command = ["clang", ...program.compileFlags, ...include, "-c", file, "-o", object];
      return run(command, program.sourceDirectory);
    });
    const objects = files.map(objectOf);
    await run([program.link.tool, ...program.link.arguments(name), ...objects], directory);
    const linked = join(directory, name);
    const content = sha256(await readFile(linked));
    await chmod(linked, 0o755);
    await publish(linked, pathOf(program, store, content));
    await writeAtomically(store.temporaryDirectory, recordOf(program, store, key), content);
    return pathOf(program, store, content);
  });
}

function objectOf(file: string): string {
  return `${basename(file)}.o`;
}

/** The program that was made under this key, if it is here and intact. */
function findProgram(program: Program, store: Store, key: string): string | undefined {
  try {
    const content = readFileSync(recordOf(program, store, key), "utf8");
    const path = pathOf(program, store, content);
    return sha256(readFileSync(path)) === content ? path : undefined;
  } catch {
    return undefined;
  }
}

function pathOf({ name }: Program, store: Store, content: string): string {
  return store.path("programs", content, name);
}

function recordOf({ name }: Program, store: Store, key: string): string {
  return store.path("programs", `${name}-${key}.key`);
}
