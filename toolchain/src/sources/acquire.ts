// Brings a pinned third-party tree into the store: origins in order, the pin decides, then our
// own edits. What is there already is verified before it is used.
import { existsSync, readFileSync } from "node:fs";
import { copyFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { locked, timed } from "../graph/action.ts";
import { type FileHash, treeHash } from "../graph/hash.ts";
import { hashFiles, listTree, readKnownTree, readTree } from "../libraries/tree.ts";
import type { Origin, ThirdPartySource } from "../libraries/types.ts";
import { publish, withTemporary } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import { markUsed } from "../store/use.ts";
import type { BuildOptions } from "../types.ts";
import { applyEdits } from "./edits.ts";
import { globMatcher } from "./glob.ts";
import { describeOrigin, fetchOrigin } from "./origin.ts";
import { type EnsuredTree, type SourceTree, treeOf } from "./tree.ts";

const stampName = "content.sha256";

/** Makes sure that the tree is in the store and intact. */
export async function ensureSource(
  tree: SourceTree,
  store: Store,
  options: BuildOptions,
): Promise<EnsuredTree> {
  const known = verified(tree);
  if (known) return { files: known, wasIntact: true };
  return locked(store, `source-${tree.key}`, options, async () => {
    const others = verified(tree);
    if (others) return { files: others, wasIntact: false };
    if (tree.source.edits.length > 0) await editTree(tree, store, options);
    else await fetchTree(tree, store, options);
    const files = verified(tree);
    if (!files) throw new Error(`${tree.directory}: cannot be read back after writing it`);
    return { files, wasIntact: false };
  });
}

/** The files of a tree that is there, or undefined when it is absent or was changed. */
function verified(tree: SourceTree): readonly FileHash[] | undefined {
  const stamp = join(dirname(tree.directory), stampName);
  if (!existsSync(stamp) || !existsSync(tree.directory)) return undefined;
  const files = readKnownTree(tree.directory, () => true);
  if (treeHash(files) !== readFileSync(stamp, "utf8")) return undefined;
  markUsed(stamp);
  return files;
}

async function fetchTree(tree: SourceTree, store: Store, options: BuildOptions): Promise<void> {
  const { source } = tree;
  const failures: string[] = [];
  for (const origin of source.origins) {
    options.signal?.throwIfAborted();
    const where = describeOrigin(origin);
    options.onProgress?.(`fetching ${tree.name} ${source.version} from ${where}`);
    try {
      await withTemporary(store.temporaryDirectory, "source", async (temporary) => {
        const unpacked = await timed(options, "fetch", `${tree.name} from ${where}`, () =>
          fetchOrigin(origin, temporary, options.signal),
        );
        const finished = join(temporary, "finished");
        await takeFiles(unpacked, source, join(finished, tree.label));
        await finish(tree, finished);
      });
      return;
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      failures.push(`  ${where}: ${(error as Error).message}`);
    }
  }
  throw new Error(
    `cannot get the source of ${tree.name} ${source.version}:\n${failures.join("\n")}`,
  );
}

/** A tree with our own changes, from the release as it is, which is kept for other changes. */
async function editTree(tree: SourceTree, store: Store, options: BuildOptions): Promise<void> {
  const pristine = treeOf(tree.name, { ...tree.source, edits: [] }, store);
  await ensureSource(pristine, store, options);
  await withTemporary(store.temporaryDirectory, "source", async (finished) => {
    await cp(pristine.directory, join(finished, tree.label), { recursive: true });
    await applyEdits(join(finished, tree.label), tree.source.edits);
    await finish(tree, finished);
  });
}

/** Stamps a finished tree with what it holds and moves it to its place. */
async function finish(tree: SourceTree, finished: string): Promise<void> {
  const files = readTree(join(finished, tree.label), () => true);
  await writeFile(join(finished, stampName), treeHash(files));
  // What is in the way was found to be damaged.
  await rm(dirname(tree.directory), { recursive: true, force: true });
  await publish(finished, dirname(tree.directory));
}

/** Copies the used files of an unpacked release and checks the pin. */
async function takeFiles(
  unpacked: string,
  source: ThirdPartySource,
  destination: string,
): Promise<void> {
  const files = usedFiles(unpacked, source);
  const pin = treeHash(files);
  if (pin !== source.sha256) {
    throw new Error(
      `the files used (${files.length}) have SHA-256 ${pin}, but ${source.sha256} is pinned`,
    );
  }
  for (const { path } of files) {
    await mkdir(join(destination, dirname(path)), { recursive: true });
    await copyFile(join(unpacked, path), join(destination, path));
  }
}

function usedFiles(unpacked: string, source: ThirdPartySource): FileHash[] {
  const matches = globMatcher(source.files, source.except);
  return hashFiles(unpacked, listTree(unpacked, () => true).filter(matches));
}

/** Fetches one origin and computes what its pin would be: how a new pin is made. */
export async function computePin(
  source: ThirdPartySource,
  origin: Origin,
  store: Store,
  signal?: AbortSignal,
): Promise<{ readonly pin: string; readonly fileCount: number }> {
  return withTemporary(store.temporaryDirectory, "pin", async (temporary) => {
    const files = usedFiles(await fetchOrigin(origin, temporary, signal), source);
    return { pin: treeHash(files), fileCount: files.length };
  });
}

/** The pin of a directory that is already unpacked, for tests and for the compiler. */
export function pinOfDirectory(directory: string, files: readonly string[]): string {
  const matches = globMatcher(files);
  return treeHash(hashFiles(directory, listTree(directory, () => true).filter(matches)));
}
