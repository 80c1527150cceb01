// The hashes of a directory's files without reading those that nobody has touched: a file whose
// size, inode and times (ctime above all, which nobody can set) are those of the last time has
// the same content. It is how git sees that nothing has changed.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type FileHash, sha256 } from "../graph/hash.ts";
import { recall, remember } from "./memory.ts";

/**
 * Within this time after a change another one may leave the same times (those of some file
 * systems are that coarse), so a hash that was taken so early is not remembered.
 */
const settledAfterMs = 2000;

/** By path: what the file system said of it, and its hash. */
type Known = Record<string, readonly [status: string, sha256: string]>;

/** As hashFiles(). */
export function rememberedHashes(
  directory: string,
  paths: readonly string[],
  nowMs: number = Date.now(),
): FileHash[] {
  const name = sha256(directory);
  const before = (recall("files", name) ?? {}) as Known;
  const after: Known = {};
  let isNew = false;
  const files = paths.map((path) => {
    const full = join(directory, path);
    const { size, ino, mtimeMs, ctimeMs } = statSync(full);
    const status = `${size} ${ino} ${mtimeMs} ${ctimeMs}`;
    const known = Object.hasOwn(before, path) ? before[path] : undefined;
    if (known?.[0] === status) {
      after[path] = known;
      return { path, sha256: known[1] };
    }
    // Taken before the content is read: a change in between shows itself the next time.
    const isSettled = nowMs - ctimeMs > settledAfterMs;
    const file = { path, sha256: sha256(readFileSync(full)) };
    if (isSettled) {
      after[path] = [status, file.sha256];
      isNew = true;
    }
    return file;
  });
  if (isNew) remember("files", name, after);
  return files;
}
