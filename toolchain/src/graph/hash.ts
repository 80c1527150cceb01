// Hashes of values and files. Every key of the build graph is made here, so that two values
// that differ can never be mistaken for each other.
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Lower-case hex SHA-256. */
export function sha256(content: string | Uint8Array): string {
  return hash("sha256", content, "hex");
}

export function sha256File(path: string): string {
  return sha256(readFileSync(path));
}

/** A value whose JSON is its identity: arrays keep their order, objects are not allowed. */
export type KeyPart = string | number | boolean | null | readonly KeyPart[];

/** The key of an action or a result: what it is, and everything that it depends on. */
export function keyOf(kind: string, ...parts: readonly KeyPart[]): string {
  return sha256(JSON.stringify([kind, ...parts]));
}

/** A file of a tree, by its path with `/` and the SHA-256 of its content. */
export interface FileHash {
  readonly path: string;
  readonly sha256: string;
}

const beyondAscii = /[^\0-\x7f]/;

/** Order by the bytes of UTF-8, the same in every locale. */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  if (beyondAscii.test(left) || beyondAscii.test(right)) {
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  return left < right ? -1 : 1;
}

/** SHA-256 over `PATH NUL SHA256 LF` lines, sorted by path: the pin of a tree (lib/README.md). */
export function treeHash(files: Iterable<FileHash>): string {
  const sorted = [...files].sort((left, right) => compareBytes(left.path, right.path));
  return sha256(sorted.map((file) => `${file.path}\0${file.sha256}\n`).join(""));
}
