// Builds a library's archive: from the store when nothing that it depends on has changed,
// otherwise file by file, each of them an action of its own.

import { existsSync, readFileSync } from "node:fs";
import { link, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Compiler } from "../compiler/compiler.ts";
import type { Library } from "../libraries/library.ts";
import { formatProblem, type Problem, ProblemsError } from "../problems.ts";
import { ensureSource } from "../sources/acquire.ts";
import { ensureGenerated } from "../sources/generate.ts";
import { sourceTree } from "../sources/tree.ts";
import { publish, withTemporary, writeAtomically } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import { markUsed } from "../store/use.ts";
import type { BuildOptions } from "../types.ts";
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
import { sha256 } from "./hash.ts";
import { librarySources } from "./library-sources.ts";
import type { Pool } from "./pool.ts";
import { runTool } from "./process.ts";
import { archiveKey, type ImageContext, libraryUnit } from "./unit.ts";

export interface Archive {
  readonly library: Library;
  /** SHA-256 of the archive's content; undefined for a library without sources. */
  readonly sha256: string | undefined;
}

/** Makes sure that a library's archive is in the store. */
export async function ensureArchive(
  image: ImageContext,
  library: Library,
  pool: Pool,
  options: BuildOptions,
): Promise<Archive> {
  if (library.description.sources.length === 0) return { library, sha256: undefined };
  const unit = libraryUnit(image, library);
  const key = archiveKey(image, library, unit);
  const known = await findArchive(image.store, key);
  if (known) return { library, sha256: known };
  return image.store.lock(`archive-${key}`, options.signal, async () => {
    const made = await findArchive(image.store, key);
    if (made) return { library, sha256: made };
    // The tree may be another library's, and headers of visible libraries come from trees too.
    const visible = image.registry.visible(library.description.dependencies, library.name);
    for (const user of [library, ...visible]) await ensureTrees(image, user, options);
    await ensureConfigHeader(image.store, unit.context, unit.configHeaderText);
    const treeFiles = sourceTree(library, image.registry, image.store)
      ? await ensureTrees(image, library, options)
      : [];
    const sources = librarySources(image, library, treeFiles);
    const objects = await compileAll(unit.context, sources, pool, options, library.name);
    const content = await writeArchive(image.store, image.compiler, objects, options.signal);
    await writeAtomically(image.store.temporaryDirectory, recordPath(image.store, key), content);
    return { library, sha256: content };
  });
}

/** Fetches a library's third-party tree and makes its generated files; returns the tree's files. */
export async function ensureTrees(image: ImageContext, library: Library, options: BuildOptions) {
  const tree = sourceTree(library, image.registry, image.store);
  const files = tree ? await ensureSource(tree, image.store, options) : [];
  await ensureGenerated(library, image.registry, image.store, options.signal);
  return files;
}

export async function ensureConfigHeader(
  store: Store,
  context: CompileContext,
  text: string,
): Promise<void> {
  markUsed(context.configHeaderPath);
  if (existsSync(context.configHeaderPath)) return;
  await writeAtomically(store.temporaryDirectory, context.configHeaderPath, text);
}

/** Compiles what is not in the store; all compilers' complaints come in one error. */
export async function compileAll(
  context: CompileContext,
  sources: readonly SourceFile[],
  pool: Pool,
  options: BuildOptions,
  name: string,
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
  await pool.map(missing, async (source) => {
    try {
      const object = await compile(context, source, options.signal);
      if (object.warnings) options.onWarning?.(object.warnings.trimEnd());
      objects.set(source.logical, object);
    } catch (error) {
      if (!(error instanceof CompileFailure)) throw error;
      failures.push(error);
      // A library of a thousand files with one wrong header needs no thousand errors.
      if (failures.length >= 20) throw new ProblemsError(distinctProblems(failures));
    }
  });
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
async function writeArchive(
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
async function findArchive(store: Store, key: string): Promise<string | undefined> {
  try {
    const record = recordPath(store, key);
    const sha = readFileSync(record, "utf8");
    if (sha256(readFileSync(archivePath(store, sha))) !== sha) return undefined;
    markUsed(record, archivePath(store, sha));
    return sha;
  } catch {
    return undefined;
  }
}

function recordPath(store: Store, key: string): string {
  return store.path("archives", `${key}.key`);
}
