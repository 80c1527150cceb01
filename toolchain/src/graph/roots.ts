// Directories of this machine under names that are the same everywhere: keys, records and debug
// information speak of `lib/sched/thread.c`, never of where that is.
import { join, normalize } from "node:path";

export interface Root {
  /** E.g. `lib`, `source/musl`, `app`. */
  readonly logical: string;
  readonly directory: string;
  /** Its content is part of the keys already, so that its files need no hashes of their own. */
  readonly fixed: boolean;
}

/** The logical name of a path, or undefined when it is below no root. */
export function logicalPath(
  roots: readonly Root[],
  path: string,
): { readonly path: string; readonly fixed: boolean } | undefined {
  const clean = normalize(path);
  for (const root of roots) {
    if (clean.startsWith(`${root.directory}/`)) {
      return { path: root.logical + clean.slice(root.directory.length), fixed: root.fixed };
    }
  }
  return undefined;
}

export function realPath(roots: readonly Root[], logical: string): string | undefined {
  for (const root of roots) {
    if (logical.startsWith(`${root.logical}/`)) {
      return join(root.directory, logical.slice(root.logical.length));
    }
  }
  return undefined;
}
