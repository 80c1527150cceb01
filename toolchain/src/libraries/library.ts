// One micro-library as its folder describes it: library.json checked field by field, and the
// files of the folder with their hashes. lib/README.md is the specification.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type FileHash, treeHash } from "../graph/hash.ts";
import { readDescription } from "./description.ts";
import type { LibraryDescription } from "./types.ts";

export interface Library {
  readonly name: string;
  /** Kconfig symbol without CONFIG_. */
  readonly symbol: string;
  readonly directory: string;
  readonly description: LibraryDescription;
  /** All files of the folder but those in test/, by path, with hashes. Read on first use. */
  files(): readonly FileHash[];
  /** Hash over files(). */
  contentHash(): string;
}

/** `virtio-net` is LIB_VIRTIO_NET. */
export function librarySymbol(name: string): string {
  return `LIB_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** Reads one library's folder; undefined when it has no library.json. */
export function readLibrary(
  root: string,
  name: string,
  files: () => readonly FileHash[],
): Library | undefined {
  const directory = join(root, name);
  const path = join(directory, "library.json");
  if (!existsSync(path)) return undefined;
  const description = readDescription(
    readFileSync(path, "utf8"),
    `${name}/library.json`,
    existsSync(join(directory, "include")),
  );
  let contentHash: string | undefined;
  return {
    name,
    symbol: librarySymbol(name),
    directory,
    description,
    files,
    contentHash: () => (contentHash ??= treeHash(files())),
  };
}
