// The third-party tree that a library uses: its identity, which is known without fetching it,
// and where it is on this machine once fetched.
import { type FileHash, type KeyPart, keyOf } from "../graph/hash.ts";
import type { Library } from "../libraries/library.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import type { ThirdPartySource } from "../libraries/types.ts";
import type { Store } from "../store/store.ts";

export interface SourceTree {
  /** The library that pins it. */
  readonly name: string;
  readonly source: ThirdPartySource;
  /** Covers the pin and our own edits. */
  readonly key: string;
  /** Where the tree is when it has been fetched. */
  readonly directory: string;
  /** `musl-1.2.5`: last part of the directory, first part of paths in messages. */
  readonly label: string;
}

/** A tree that is in the store and intact. */
export interface EnsuredTree {
  readonly files: readonly FileHash[];
  /** False when it had to be made, so that whoever has read it before may have read other bytes. */
  readonly wasIntact: boolean;
}

/** The tree that a library uses, if any. */
export function sourceTree(
  library: Library,
  registry: LibraryRegistry,
  store: Store,
): SourceTree | undefined {
  const owner = registry.sourceOwner(library);
  const source = owner?.description.source;
  if (!owner || !source) return undefined;
  return treeOf(owner.name, source, store);
}

export function treeOf(name: string, source: ThirdPartySource, store: Store): SourceTree {
  const key = sourceKey(source);
  const label = `${name}-${source.version}`;
  return { name, source, key, directory: store.path("sources", key, label), label };
}

/** Identity of a pinned source: what it contains after our edits. */
export function sourceKey(source: ThirdPartySource): string {
  const edits: KeyPart = source.edits.map((edit) => [edit.file, edit.find, edit.replace]);
  return keyOf("source", source.sha256, edits);
}
