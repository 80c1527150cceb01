// Compiles one file as a content-addressed action. Its key covers the compiler, the flags, the
// source and the names in the search path; what it really included is recorded beside the result
// (-MD) and checked by content on the next look-up, so an unrelated header recompiles nothing.
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { Compiler } from "../compiler/compiler.ts";
import { publish, withTemporary, writeAtomically } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import { markUsed } from "../store/use.ts";
import type { BuildOptions } from "../types.ts";
import { runAction } from "./action.ts";
import { parseDepfile } from "./depfile.ts";
import type { Inputs } from "./explain.ts";
import { type KeyPart, keyOf, sha256, sha256File } from "./hash.ts";
import { type ObjectSymbols, objectSymbols } from "./object-symbols.ts";
import { runTool, type ToolOptions, type ToolResult } from "./process.ts";
import { logicalPath, type Root, realPath } from "./roots.ts";

/** A directory that the preprocessor searches. */
export interface SearchDirectory {
  readonly flag: "-I" | "-isystem";
  readonly directory: string;
  /** The names it holds, or the key of its content: what tells two states of it apart. */
  readonly identity: KeyPart;
}

/** What the files of one library, or of the application, have in common. */
export interface CompileContext {
  readonly compiler: Compiler;
  readonly compilerIdentity: string;
  readonly store: Store;
  readonly roots: readonly Root[];
  readonly search: readonly SearchDirectory[];
  readonly configHeaderPath: string;
  readonly configHeaderHash: string;
  readonly flags: readonly string[];
  /**
   * Makes sure that the pinned trees are intact, while a compiler reads them already; false when
   * they had to be made again, so that what it has read is not to be trusted. Absent: they are.
   */
  readonly treesAreIntact?: () => Promise<boolean>;
}

export interface SourceFile {
  /** Working directory of the compiler; `path` is relative to it and appears in messages. */
  readonly directory: string;
  readonly path: string;
  /** Machine-independent name, unique in an image. */
  readonly logical: string;
  readonly sha256: string;
  readonly flags: readonly string[];
}

export interface CompiledObject {
  readonly logical: string;
  /** SHA-256 of the object's content; it is at objectPath(). */
  readonly sha256: string;
  readonly symbols: ObjectSymbols;
  readonly warnings: string;
}

/** The compiler refused a file. */
export class CompileFailure extends Error {
  readonly output: string;
  readonly source: SourceFile;
  readonly roots: readonly Root[];
  constructor(context: CompileContext, source: SourceFile, output: string) {
    super(`${source.logical} does not compile:\n${output}`);
    this.name = "CompileFailure";
    this.source = source;
    this.roots = context.roots;
    this.output = output;
  }
}

interface ActionRecord {
  readonly entries: readonly {
    /** Logical paths and content of what was included. */
    readonly inputs: readonly (readonly [string, string])[];
    readonly object: string;
  }[];
}

const recordsKept = 4;

export function objectPath(store: Store, sha: string): string {
  return store.path("objects", sha.slice(0, 2), `${sha}.o`);
}

export function compileKey(context: CompileContext, source: SourceFile): string {
  return keyOf(
    "compile",
    context.compilerIdentity,
    context.flags,
    source.flags,
    context.search.map((search) => [search.flag, search.identity]),
    context.configHeaderHash,
    source.logical,
    source.sha256,
  );
}

/** The object of an earlier, equal compilation, if it is here and intact. */
export async function findCompiled(
  context: CompileContext,
  source: SourceFile,
): Promise<CompiledObject | undefined> {
  const key = compileKey(context, source);
  const record = await readRecord(context.store, key);
  for (const entry of record.entries) {
    const unchanged = entry.inputs.every(([logical, sha]) => {
      const path = realPath(context.roots, logical);
      return path !== undefined && hashIfPresent(path) === sha;
    });
    if (!unchanged) continue;
    const object = objectPath(context.store, entry.object);
    const content = contentIfPresent(object);
    if (content === undefined || sha256(content) !== entry.object) continue;
    markUsed(object, recordPath(context.store, key));
    const symbols = objectSymbols(content);
    return { logical: source.logical, sha256: entry.object, symbols, warnings: "" };
  }
  return undefined;
}

/** Compiles and records; throws CompileFailure with the compiler's messages. */
export async function compile(
  context: CompileContext,
  source: SourceFile,
  options: BuildOptions,
): Promise<CompiledObject> {
  const action = { kind: "compile", name: source.logical, scope: scopeOf(context) } as const;
  return runAction(context.store, options, action, () => compileOnce(context, source, options));
}

/** Applications have files of the same name; libraries are the same for all of them. */
function scopeOf({ roots }: CompileContext): string {
  return roots.find((root) => root.logical === "app")?.directory ?? "";
}

async function compileOnce(
  context: CompileContext,
  source: SourceFile,
  { signal }: BuildOptions,
): Promise<{ readonly result: CompiledObject; readonly inputs: Inputs }> {
  const { store } = context;
  // A directory: a compiler that is killed leaves temporary files of its own beside its output.
  return withTemporary(store.temporaryDirectory, "compile", async (directory) => {
    await mkdir(directory);
    const output = join(directory, "o");
    const depfile = join(directory, "d");
    const result = await runCompiler(context, compilerArguments(context, source, output, depfile), {
      directory: source.directory,
      signal,
    });
    if (result.status !== 0) throw new CompileFailure(context, source, result.stderr);
    const inputs = readInputs(context, source, await readDepfile(depfile));
    if (sha256File(join(source.directory, source.path)) !== source.sha256) {
      throw new Error(`${source.logical} changed while it was being compiled; build again`);
    }
    const content = await readFile(output);
    const object = sha256(content);
    await publish(output, objectPath(store, object));
    await addRecord(store, compileKey(context, source), { inputs, object });
    const symbols = objectSymbols(content);
    return {
      result: { logical: source.logical, sha256: object, symbols, warnings: result.stderr },
      inputs: namedInputs(context, source, inputs),
    };
  });
}

/** Runs the compiler once more when it turns out that what the first run read was damaged. */
async function runCompiler(
  { compiler, treesAreIntact }: CompileContext,
  toolArguments: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  const run = () => runTool(compiler.zig, toolArguments, options);
  const [early, areIntact] = await Promise.allSettled([run(), treesAreIntact?.() ?? true]);
  if (areIntact.status === "rejected") throw areIntact.reason;
  if (!areIntact.value) return run();
  if (early.status === "rejected") throw early.reason;
  return early.value;
}

/** All that a compilation's key covers, by name. */
function namedInputs(
  context: CompileContext,
  source: SourceFile,
  headers: readonly (readonly [string, string])[],
): Inputs {
  const options = readFileSync(context.configHeaderPath, "utf8");
  return {
    source: source.sha256,
    compiler: context.compilerIdentity,
    "compiler's flags": [...context.flags, ...source.flags].join(" "),
    "search path": keyOf(
      "search",
      context.search.map((search) => [search.flag, search.identity]),
    ),
    ...Object.fromEntries(
      [...options.matchAll(/^#define CONFIG_(\w+) (.*)$/gm)].map(([, name, value]) => [
        `option ${name}`,
        value as string,
      ]),
    ),
    ...Object.fromEntries(headers.map(([path, sha]) => [`header ${path}`, sha])),
  };
}

function compilerArguments(
  context: CompileContext,
  source: SourceFile,
  output: string,
  depfile: string,
): string[] {
  return [
    "clang",
    ...context.flags,
    ...source.flags,
    // The last one that fits wins: from the general to the particular.
    `-ffile-prefix-map=${context.compiler.directory}=compiler`,
    `-ffile-prefix-map=${context.store.directory}=store`,
    ...context.roots.map((root) => `-ffile-prefix-map=${root.directory}=${root.logical}`),
    `-ffile-prefix-map=${source.directory}=.`,
    "-fdebug-compilation-dir=.",
    "-include",
    context.configHeaderPath,
    ...context.search.flatMap((search) => [search.flag, search.directory]),
    "-isystem",
    context.compiler.includeDirectory,
    "-MD",
    "-MF",
    depfile,
    "-c",
    source.path,
    "-o",
    output,
  ];
}

/** What was included and may change: neither the compiler's headers nor pinned trees. */
function readInputs(
  context: CompileContext,
  source: SourceFile,
  depfile: string,
): [string, string][] {
  const inputs = new Map<string, string>();
  for (const dependency of parseDepfile(depfile)) {
    if (dependency === source.path || dependency === context.configHeaderPath) continue;
    const path = isAbsolute(dependency) ? dependency : join(source.directory, dependency);
    if (path.startsWith(context.compiler.directory)) continue;
    const logical = logicalPath(context.roots, path);
    if (logical === undefined) {
      throw new CompileFailure(
        context,
        source,
        `${source.path}:1: error: includes ${path}, which belongs to no declared library`,
      );
    }
    if (!logical.fixed) inputs.set(logical.path, sha256File(path));
  }
  return [...inputs].sort();
}

/** Plain assembler (*.s) includes nothing, and none is written for it. */
async function readDepfile(path: string): Promise<string> {
  return existsSync(path) ? readFile(path, "utf8") : "";
}

async function readRecord(store: Store, key: string): Promise<ActionRecord> {
  try {
    const record = JSON.parse(await readFile(recordPath(store, key), "utf8")) as ActionRecord;
    if (Array.isArray(record.entries)) return record;
  } catch {
    // None, or a damaged one: then it is made again.
  }
  return { entries: [] };
}

async function addRecord(
  store: Store,
  key: string,
  entry: ActionRecord["entries"][number],
): Promise<void> {
  const same = JSON.stringify(entry.inputs);
  const others = (await readRecord(store, key)).entries.filter(
    (other) => JSON.stringify(other.inputs) !== same,
  );
  const record: ActionRecord = { entries: [entry, ...others].slice(0, recordsKept) };
  await writeAtomically(store.temporaryDirectory, recordPath(store, key), JSON.stringify(record));
}

function recordPath(store: Store, key: string): string {
  return store.path("actions", key.slice(0, 2), `${key}.json`);
}

function hashIfPresent(path: string): string | undefined {
  return existsSync(path) ? sha256File(path) : undefined;
}

function contentIfPresent(path: string): Buffer | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}
