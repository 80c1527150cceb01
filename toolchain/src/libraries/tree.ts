// Reads a directory's files and their hashes, in an order that depends on names alone.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { compareBytes, type FileHash, sha256 } from "../graph/hash.ts";
import { rememberedHashes } from "../memory/file-hashes.ts";

/**
 * All files below a directory, hidden ones aside, for whose path (and whose parents' paths)
 * `wanted` is true. A link to a file counts as that file; links to directories are not followed.
 */
export function readTree(directory: string, wanted: (path: string) => boolean): FileHash[] {
  return hashFiles(directory, listTree(directory, wanted));
}

/** The same for a directory that is read again and again: only what was touched is read. */
export function readKnownTree(directory: string, wanted: (path: string) => boolean): FileHash[] {
  return rememberedHashes(directory, listTree(directory, wanted));
}

/** For the directory of all libraries: their tests are no part of them. */
export function isLibraryFile(path: string): boolean {
  return !/^[^/]+\/test$/.test(path);
}

export function hashFiles(directory: string, paths: readonly string[]): FileHash[] {
  return paths.map((path) => ({ path, sha256: sha256(readFileSync(join(directory, path))) }));
}

/** The paths that readTree would hash. */
export function listTree(directory: string, wanted: (path: string) => boolean): string[] {
  const paths: string[] = [];
  const visit = (relative: string) => {
    for (const entry of readdirSync(join(directory, relative), { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const path = relative ? `${relative}/${entry.name}` : entry.name;
      if (!wanted(path)) continue;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) paths.push(path);
      else if (entry.isSymbolicLink() && statSync(join(directory, path)).isFile()) paths.push(path);
    }
  };
  visit("");
  return paths.sort(compareBytes);
}
