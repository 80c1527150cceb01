// Looking at directories that others change meanwhile: what has just gone is not there.
import { type Dirent, lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";

export function list(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

export function directoriesIn(directory: string): string[] {
  return list(directory)
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

export function status(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** On the disk, as `du` counts. */
export function bytesOf(status: Stats): number {
  return status.blocks * 512;
}

/** Of a file, or of all files below a directory. */
export function bytesBelow(path: string): number {
  const found = status(path);
  if (!found) return 0;
  if (!found.isDirectory()) return bytesOf(found);
  return list(path)
    .map((entry) => (entry.isSymbolicLink() ? 0 : bytesBelow(join(path, entry.name))))
    .reduce((sum, bytes) => sum + bytes, bytesOf(found));
}
