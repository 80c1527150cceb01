// Builds a library's archive: from the store when nothing that it depends on has changed,
// otherwise file by file, each of them an action of its own.

import { existsSync, readFileSync } from "node:fs";
import { link, mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Compiler } from "../compiler/compiler.ts";
import type { Library } from "../libraries/library.ts";
import { formatProblem, type Problem, ProblemsError } from "../problems.ts";
import { ensureSource } from "../sources/acquire.ts";
import { ensureGenerated } from "../sources/generate.ts";
import { generatedTree } from "../sources/generated.ts";
import { type EnsuredTree, sourceTree } from "../sources/tree.ts";
import { publish, withTemporary, writeAtomically } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import { markUsed } from "../store/use.ts";
import type { BuildOptions } from "../types.ts";
import { locked, runAction } from "./action.ts";
import {
  type CompileContext,
  type CompiledObject,
  CompileFailure,
  compile,
  findCompiled,
  objectPath,
  type SourceFile,
} from "./compile.ts";
import { compilerProblems } from "./diagnostics.ts";
import type { Inputs } from "./explain.ts";
import { sha256 } from "./hash.ts";
import { librarySources } from "./library-sources.ts";
import type { ObjectSymbols } from "./object-symbols.ts";
import type { Pool, Priority } from "./pool.ts";
import { runTool } from "./process.ts";
import { archiveKey, type ImageContext, libraryUnit, type Unit } from "./unit.ts";

export interface Archive {
  readonly library: Library;
  /** SHA-256 of the archive's content; undefined for a library without sources. */
  readonly sha256: string | undefined;
}

/** The archive of a library that is linked as a whole, and what it defines and needs. */
export interface WholeArchive extends Archive {
  readonly symbols: ObjectSymbols;
}

interface ArchiveRecord {
  readonly sha256: string;
  readonly symbols: ObjectSymbols;
}

/** Makes sure that the archive of all files of a library is in the store. */
export async function ensureArchive(
  image: ImageContext,
  library: Library,
  pool: Pool,
  options: BuildOptions,
): Promise<WholeArchive> {
  if (library.description.sources.length === 0) {
    return { library, sha256: undefined, symbols: { defined: [], needed: [] } };
  }
  const unit = libraryUnit(image, library);
  const { store } = image;
  const record = store.path("archives", `${archiveKey(image, library, unit)}.json`);
  const known = findArchive(store, record);
  if (known) return { library, ...known };
  return locked(store, `archive-${basename(record, ".json")}`, options, async () => {
    const made = findArchive(store, record);
    if (made) return { library, ...made };
    const sources = await prepareUnit(image, library, unit, options);
    const objects = await compileAll(unit.context, sources, pool, options, library.name);
    const found: ArchiveRecord = {
      sha256: await pool.run(() =>
        writeArchive(store, image.compiler, library.name, objects, options),
      ),
      symbols: allSymbols(objects),
    };
    await writeAtomically(store.temporaryDirectory, record, JSON.stringify(found));
    return { library, ...found };
  });
}

/** What several objects define and need together. */
export function allSymbols(objects: readonly { readonly symbols: ObjectSymbols }[]): ObjectSymbols {
  const defined = new Set(objects.flatMap(({ symbols }) => symbols.defined));
  const needed = new Set(objects.flatMap(({ symbols }) => symbols.needed));
  return {
    defined: [...defined].sort(),
    needed: [...needed].filter((symbol) => !defined.has(symbol)).sort(),
  };
}

/** Brings all that a library's compilations read; returns the files that are compiled. */
export async function prepareUnit(
  image: ImageContext,
  library: Library,
  unit: Unit,
  options: BuildOptions,
): Promise<SourceFile[]> {
  // The tree may be another library's, and headers of visible libraries come from trees too.
  const visible = image.registry.visible(library.description.dependencies, library.name);
  for (const other of visible) await ensureTrees(image, other, options);
  const { files } = await ensureTrees(image, library, options);
  await ensureConfigHeader(image.store, unit.context, unit.configHeaderText);
  return librarySources(image, library, files);
}

/**
 * Fetches a library's third-party tree and makes its generated files; returns the tree's files, and
 * whether all was there. Many libraries see headers of one tree: it is verified once in a build.
 */
export async function ensureTrees(
  image: ImageContext,
  library: Library,
  options: BuildOptions,
): Promise<EnsuredTree> {
  const { registry, store, trees } = image;
  const once = (key: string, ensure: () => Promise<EnsuredTree>) => {
    const known = trees.get(key) ?? ensure();
    trees.set(key, known);
    return known;
  };
  const tree = sourceTree(library, registry, store);
  const source = tree && (await once(tree.key, () => ensureSource(tree, store, options)));
  const generated = generatedTree(library, registry, store);
  const made =
    generated &&
    (await once(generated.key, () =>
      ensureGenerated(library, generated, registry, store, options),
    ));
  return {
    files: source?.files ?? [],
    wasIntact: source?.wasIntact !== false && made?.wasIntact !== false,
  };
}

export async function ensureConfigHeader(
  store: Store,
  context: CompileContext,
  text: string,
): Promise<void> {
  const path = context.configHeaderPath;
  markUsed(path);
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  await writeAtomically(store.temporaryDirectory, path, text);
}

/** Compiles what is not in the store; all compilers' complaints come in one error. */
export async function compileAll(
  context: CompileContext,
  sources: readonly SourceFile[],
  pool: Pool,
  options: BuildOptions,
  name: string,
  priority?: Priority,
): Promise<CompiledObject[]> {
  const objects = new Map<string, CompiledObject>();
  const missing: SourceFile[] = [];
  for (const source of sources) {
    const found = await findCompiled(context, source);
    if (found) objects.set(source.logical, found);
    else missing.push(source);
  }
  if (missing.length > 0) {
    const count = missing.length === 1 ? "1 file" : `${missing.length} files`;
    options.onProgress?.(`compiling ${name}: ${count}`);
  }
  const failures: CompileFailure[] = [];
  const compileOne = async (source: SourceFile) => {
    try {
      const object = await compile(context, source, options);
      if (object.warnings) options.onWarning?.(object.warnings.trimEnd());
      objects.set(source.logical, object);
    } catch (error) {
      if (!(error instanceof CompileFailure)) throw error;
      failures.push(error);
      // A library of a thousand files with one wrong header needs no thousand errors.
      if (failures.length >= 20) throw new ProblemsError(distinctProblems(failures));
    }
  };
  await pool.map(missing, compileOne, priority);
  if (failures.length > 0) {
    failures.sort((left, right) => (left.source.logical < right.source.logical ? -1 : 1));
    throw new ProblemsError(distinctProblems(failures));
  }
  return sources.map((source) => objects.get(source.logical) as CompiledObject);
}

/** An error in a header is told once, however many files include it. */
function distinctProblems(failures: readonly CompileFailure[]): Problem[] {
  const problems = failures.flatMap(compilerProblems);
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}

export function archivePath(store: Store, sha: string): string {
  return store.path("archives", `${sha}.a`);
}

/** Packs objects in the given order under names that are unique and the same everywhere. */
export async function writeArchive(
  store: Store,
  compiler: Compiler,
  name: string,
  objects: readonly CompiledObject[],
  options: BuildOptions,
): Promise<string> {
  return runAction(store, options, { kind: "archive", name, scope: "" }, async () => ({
    result: await packObjects(store, compiler, objects, options.signal),
    inputs: objectInputs(objects),
  }));
}

/** Objects as named inputs of what is made of them. */
export function objectInputs(objects: readonly CompiledObject[]): Inputs {
  return Object.fromEntries(objects.map(({ logical, sha256 }) => [`object ${logical}`, sha256]));
}

async function packObjects(
  store: Store,
  compiler: Compiler,
  objects: readonly CompiledObject[],
  signal: AbortSignal | undefined,
): Promise<string> {
  return withTemporary(store.temporaryDirectory, "ar", async (directory) => {
    await mkdir(directory);
    const names: string[] = [];
    for (const object of objects) {
      const name = `${object.logical.replaceAll("/", "!")}.o`;
      await link(objectPath(store, object.sha256), join(directory, name));
      names.push(name);
    }
    const result = await runTool(compiler.zig, ["ar", "rcsD", "out.a", ...names], {
      directory,
      signal,
    });
    if (result.status !== 0) throw new Error(`cannot write an archive: ${result.stderr}`);
    const archive = join(directory, "out.a");
    const sha = sha256(await readFile(archive));
    await publish(archive, archivePath(store, sha));
    return sha;
  });
}

/** The archive that was made under this key, if it is here and intact. */
function findArchive(store: Store, record: string): ArchiveRecord | undefined {
  try {
    const found = JSON.parse(readFileSync(record, "utf8")) as ArchiveRecord;
    return isArchiveIntact(store, record, found.sha256) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Marks the archive and its record as used. Throws when the archive is not there. */
export function isArchiveIntact(store: Store, record: string, sha: string): boolean {
  const path = archivePath(store, sha);
  if (sha256(readFileSync(path)) !== sha) return false;
  markUsed(record, path);
  return true;
}
