// Which files of a library are compiled under a configuration, and with which flags.
import { join } from "node:path";
import { ownCodeFlags, thirdPartyFlags } from "../compiler/flags.ts";
import { evaluateCondition } from "../libraries/condition.ts";
import type { Library } from "../libraries/library.ts";
import { globMatcher } from "../sources/glob.ts";
import { sourceTree } from "../sources/tree.ts";
import type { SourceFile } from "./compile.ts";
import type { KeyPart } from "./hash.ts";
import type { ImageContext } from "./unit.ts";

/** `when` may name any symbol of the configuration, not only those of the CONFIG_ header. */
export function conditionResults(library: Library, values: ReadonlyMap<string, string>): KeyPart {
  return library.description.sources.map((entry) => holds(library, entry.when, values));
}

function holds(
  library: Library,
  when: string | undefined,
  values: ReadonlyMap<string, string>,
): boolean {
  return when === undefined || evaluateCondition(when, values, `${library.name}/library.json`);
}

/**
 * The files of a library that are compiled under this configuration, sorted by logical name.
 * `treeFiles` are the paths of the third-party tree, with hashes.
 */
export function librarySources(
  image: ImageContext,
  library: Library,
  treeFiles: readonly { readonly path: string; readonly sha256: string }[],
): SourceFile[] {
  const tree = sourceTree(library, image.registry, image.store);
  const chosen = new Map<string, SourceFile>();
  for (const entry of library.description.sources) {
    if (!holds(library, entry.when, image.values)) continue;
    for (const [kind, patterns, files] of [
      ["own", entry.files.filter((file) => !file.startsWith("source:")), library.files()],
      ["source", stripped(entry.files), treeFiles],
    ] as const) {
      const except = kind === "own" ? entry.except.filter(isOwn) : stripped(entry.except);
      const matches = globMatcher(patterns, except);
      const found = files.filter((file) => matches(file.path));
      if (patterns.length > 0 && found.length === 0) {
        throw new Error(
          `${library.name}/library.json: sources: no file matches ${patterns.join(", ")}`,
        );
      }
      for (const file of found) {
        const prefix = kind === "own" ? library.name : (tree?.label ?? "");
        const path = `${prefix}/${file.path}`;
        chosen.set(path, {
          directory: kind === "own" ? image.registry.root : join(tree?.directory ?? "", ".."),
          path,
          logical: path,
          sha256: file.sha256,
          flags: [
            ...(kind === "own" ? ownCodeFlags : thirdPartyFlags),
            ...library.description.flags,
            ...entry.flags,
          ],
        });
      }
    }
  }
  return [...chosen.values()].sort((left, right) => (left.logical < right.logical ? -1 : 1));
}

function isOwn(path: string): boolean {
  return !path.startsWith("source:");
}

function stripped(paths: readonly string[]): string[] {
  return paths.filter((path) => !isOwn(path)).map((path) => path.slice("source:".length));
}
