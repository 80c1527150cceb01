// Files that a library's `generate` field makes before anything is compiled. Their key is known
// without making them, from the names and contents of what goes in.
import { type KeyPart, keyOf } from "../graph/hash.ts";
import type { Library } from "../libraries/library.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import type { Store } from "../store/store.ts";
import { sourceTree } from "./tree.ts";

/** Raised when a transform makes other bytes out of the same inputs. */
const transformsVersion = 1;

export interface GeneratedTree {
  readonly key: string;
  /** Holds `public` and `private`. */
  readonly directory: string;
  readonly hasPublic: boolean;
  readonly hasPrivate: boolean;
}

/** Where a library's generated files are, once made; undefined when it has none. */
export function generatedTree(
  library: Library,
  registry: LibraryRegistry,
  store: Store,
): GeneratedTree | undefined {
  const { generate, version } = library.description;
  if (generate.length === 0) return undefined;
  const tree = sourceTree(library, registry, store);
  const ownInputs = new Set(generate.flatMap((file) => file.inputs).filter(isOwn));
  const entries: KeyPart = generate.map((file) => [
    file.output,
    file.transform,
    [...file.inputs],
    file.private,
  ]);
  const key = keyOf(
    "generated",
    transformsVersion,
    tree?.source.version ?? version,
    tree?.key ?? null,
    entries,
    library
      .files()
      .filter((file) => ownInputs.has(file.path))
      .map((file) => [file.path, file.sha256]),
  );
  return {
    key,
    directory: store.path("generated", key),
    hasPublic: generate.some((file) => !file.private),
    hasPrivate: generate.some((file) => file.private),
  };
}

function isOwn(path: string): boolean {
  return !path.startsWith("source:");
}
