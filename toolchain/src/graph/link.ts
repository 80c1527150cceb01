// Links objects and archives into the executable, in a directory of its own whose names are the
// same on every machine and for every content.
import { copyFile, link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Compiler } from "../compiler/compiler.ts";
import { linkFlags } from "../compiler/flags.ts";
import type { Store } from "../store/store.ts";
import type { Optimize } from "../types.ts";
import { type Archive, archivePath } from "./archive.ts";
import { type CompiledObject, objectPath } from "./compile.ts";
import { runTool, type ToolResult } from "./process.ts";

export interface LinkInputs {
  readonly objects: readonly CompiledObject[];
  /** In link order. */
  readonly archives: readonly Archive[];
  /** SHA-256 of the compiler's own support functions, an archive in the store. */
  readonly runtime: string;
  readonly linkerScript: string;
  readonly optimize: Optimize;
  /** Symbols that are linked although nothing seems to need them. */
  readonly wanted: readonly string[];
}

/** The linker refused; `output` is what it said. */
export class LinkFailure extends Error {
  readonly output: string;
  constructor(output: string) {
    super(`the image does not link:\n${output}`);
    this.name = "LinkFailure";
    this.output = output;
  }
}

/** Where the linker put each section of each object, beside the executable. */
export const linkMapName = "image.map";

/** Links inside `directory` (which is made) and returns the path of the executable. */
export async function linkImage(
  store: Store,
  compiler: Compiler,
  inputs: LinkInputs,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  await mkdir(join(directory, "app"), { recursive: true });
  await mkdir(join(directory, "lib"));
  const names: string[] = [];
  for (const object of inputs.objects) {
    const name = `app/${object.logical.replaceAll("/", "!")}.o`;
    await place(objectPath(store, object.sha256), join(directory, name));
    names.push(name);
  }
  for (const { library, sha256 } of inputs.archives) {
    if (!sha256) continue;
    const name = `lib/${library.name}.a`;
    await place(archivePath(store, sha256), join(directory, name));
    if (library.description.link === "whole") {
      names.push("--whole-archive", name, "--no-whole-archive");
    } else names.push(name);
  }
  await place(archivePath(store, inputs.runtime), join(directory, "lib/compiler-runtime.a"));
  names.push("lib/compiler-runtime.a");
  await copyFile(inputs.linkerScript, join(directory, "image.ld"));
  await writeFile(join(directory, "inputs.rsp"), names.map((name) => `"${name}"\n`).join(""));
  const runOnce = () => runLinker(store, compiler, inputs, directory, signal);
  let result = await runOnce();
  if (
    result.status !== 0 &&
    inputs.optimize !== "debug" &&
    !/undefined symbol/.test(result.stderr)
  ) {
    // A damaged entry in the cache of optimised code cannot be told from other failures.
    await rm(store.path("lto"), { recursive: true, force: true });
    result = await runOnce();
  }
  if (result.status !== 0) throw new LinkFailure(result.stderr);
  return join(directory, "image.linked");
}

function runLinker(
  store: Store,
  compiler: Compiler,
  { optimize, wanted }: LinkInputs,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<ToolResult> {
  return runTool(
    compiler.zig,
    [
      "ld.lld",
      ...linkFlags(optimize),
      `--threads=${availableParallelism()}`,
      ...linkTimeCache(store, optimize),
      "-T",
      "image.ld",
      ...wanted.flatMap((symbol) => ["-u", symbol]),
      "@inputs.rsp",
      `-Map=${linkMapName}`,
      "-o",
      "image.linked",
    ],
    { directory, signal },
  );
}

/** Results of link-time optimisation by content: an edited file does not redo the others. */
function linkTimeCache(store: Store, optimize: Optimize): string[] {
  if (optimize === "debug") return [];
  return [
    `--thinlto-cache-dir=${store.path("lto")}`,
    "--thinlto-cache-policy=prune_interval=1h:prune_after=720h:cache_size_bytes=1g",
  ];
}

async function place(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw error;
    await writeFile(to, await readFile(from));
  }
}
