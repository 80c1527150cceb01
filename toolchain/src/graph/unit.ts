// A unit is one library (or the application) within one image: what it may include, which files
// it compiles, and the key of the archive they make.
import { join } from "node:path";
import type { Compiler } from "../compiler/compiler.ts";
import { compileFlags } from "../compiler/flags.ts";
import { compilerIdentity } from "../compiler/pin.ts";
import type { Library } from "../libraries/library.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import { generatedTree } from "../sources/generated.ts";
import { type EnsuredTree, type SourceTree, sourceTree } from "../sources/tree.ts";
import type { Store } from "../store/store.ts";
import type { Optimize } from "../types.ts";
import type { CompileContext, SearchDirectory } from "./compile.ts";
import { configHeader, type HeaderSymbol } from "./config-header.ts";
import { type KeyPart, keyOf, sha256 } from "./hash.ts";
import { conditionResults } from "./library-sources.ts";
import type { Root } from "./roots.ts";

/** What all units of one image share. */
export interface ImageContext {
  readonly store: Store;
  readonly compiler: Compiler;
  readonly registry: LibraryRegistry;
  readonly optimize: Optimize;
  readonly symbols: ReadonlyMap<string, HeaderSymbol>;
  readonly values: ReadonlyMap<string, string>;
  /** The third-party trees and generated files that this build has verified, by key. */
  readonly trees: Map<string, Promise<EnsuredTree>>;
}

/** The headers that one library shows to those that declare it. */
interface Surface {
  readonly search: readonly SearchDirectory[];
  readonly roots: readonly Root[];
}

export interface Unit {
  readonly context: CompileContext;
  readonly configHeaderText: string;
}

function surface(image: ImageContext, library: Library): Surface {
  const search: SearchDirectory[] = [];
  const roots: Root[] = [];
  const generated = generatedTree(library, image.registry, image.store);
  if (generated?.hasPublic) {
    const directory = join(generated.directory, "public");
    search.push({ flag: "-isystem", directory, identity: [generated.key, "public"] });
    roots.push({ logical: `generated/${library.name}`, directory, fixed: true });
  }
  const tree = sourceTree(library, image.registry, image.store);
  for (const path of library.description.include) {
    const place = resolveDirectory(library, tree, path);
    search.push(searchPlace(place));
    roots.push({
      logical: place.logical,
      directory: place.directory,
      fixed: place.thirdParty,
    });
  }
  return { search, roots };
}

interface Place {
  readonly directory: string;
  readonly identity: KeyPart;
  readonly logical: string;
  readonly thirdParty: boolean;
}

/** Warnings of third-party headers are not ours to fix, whoever includes them. */
function searchPlace(place: Place): SearchDirectory {
  const { directory, identity } = place;
  return { flag: place.thirdParty ? "-isystem" : "-I", directory, identity };
}

/** A directory of library.json: in the folder or, with `source:`, in the third-party tree. */
function resolveDirectory(library: Library, tree: SourceTree | undefined, path: string): Place {
  if (path.startsWith("source:")) {
    if (!tree) throw new Error(`${library.name}/library.json: "${path}" but it has no source`);
    const inner = path.slice("source:".length).replace(/^\.$/, "");
    return {
      directory: join(tree.directory, inner),
      identity: [tree.key, inner],
      logical: join(`source/${tree.label}`, inner),
      thirdParty: true,
    };
  }
  const prefix = path === "." ? "" : `${path}/`;
  return {
    directory: join(library.directory, path),
    // Names only: contents are checked per file, by what is really included.
    identity: library
      .files()
      .filter((file) => file.path.startsWith(prefix))
      .map((file) => file.path),
    logical: join(`lib/${library.name}`, path),
    thirdParty: false,
  };
}

/** The compile context of a library's own files. */
export function libraryUnit(image: ImageContext, library: Library): Unit {
  const { description } = library;
  const visible = image.registry.visible(description.dependencies, `${library.name}/library.json`);
  const tree = sourceTree(library, image.registry, image.store);
  const generated = generatedTree(library, image.registry, image.store);
  const search: SearchDirectory[] = [];
  const roots: Root[] = [
    { logical: `lib/${library.name}`, directory: library.directory, fixed: false },
  ];
  if (tree) {
    roots.push({ logical: `source/${tree.label}`, directory: tree.directory, fixed: true });
  }
  if (generated) {
    roots.push({
      logical: `generated/${library.name}`,
      directory: generated.directory,
      fixed: true,
    });
    if (generated.hasPrivate) {
      const directory = join(generated.directory, "private");
      search.push({ flag: "-I", directory, identity: [generated.key, "private"] });
    }
  }
  for (const path of description.privateInclude) {
    search.push(searchPlace(resolveDirectory(library, tree, path)));
  }
  search.push(...surface(image, library).search);
  const freestanding =
    description.freestanding ?? !visible.some((other) => other.name === "musl-headers");
  return unit(image, {
    search,
    roots,
    visible,
    folders: new Set([library.name, ...visible.map((other) => other.name)]),
    flags: [...(freestanding ? ["-ffreestanding"] : [])],
  });
}

export interface UnitParts {
  readonly search: readonly SearchDirectory[];
  readonly roots: readonly Root[];
  readonly visible: readonly Library[];
  /** Libraries whose symbols its CONFIG_ macros cover. */
  readonly folders: ReadonlySet<string>;
  readonly flags: readonly string[];
}

/** Puts a context together: own directories first, then what the visible libraries export. */
export function unit(image: ImageContext, parts: UnitParts): Unit {
  const surfaces = parts.visible.map((library) => surface(image, library));
  const configHeaderText = configHeader(parts.folders, image.symbols, image.values);
  const configHeaderHash = sha256(configHeaderText);
  return {
    configHeaderText,
    context: {
      compiler: image.compiler,
      compilerIdentity,
      store: image.store,
      roots: [...parts.roots, ...surfaces.flatMap((one) => one.roots)],
      search: [...parts.search, ...surfaces.flatMap((one) => one.search)],
      configHeaderPath: image.store.path("config", `${configHeaderHash}.h`),
      configHeaderHash,
      flags: [...compileFlags(image.optimize), ...parts.flags],
    },
  };
}

/**
 * The key of everything that a library's archive depends on, coarser than those of its files:
 * one look-up instead of a thousand when nothing has changed.
 */
export function archiveKey(image: ImageContext, library: Library, own: Unit): string {
  const visible = image.registry.visible(library.description.dependencies, library.name);
  return keyOf(
    "archive",
    own.context.compilerIdentity,
    own.context.flags,
    own.context.configHeaderHash,
    library.name,
    library.contentHash(),
    sourceTree(library, image.registry, image.store)?.key ?? null,
    generatedTree(library, image.registry, image.store)?.key ?? null,
    conditionResults(library, image.values),
    visible.map((other) => surfaceContent(image, other)),
  );
}

/** Contents of the headers that a library exports. */
function surfaceContent(image: ImageContext, library: Library): KeyPart {
  const prefixes = library.description.include
    .filter((path) => !path.startsWith("source:"))
    .map((path) => (path === "." ? "" : `${path}/`));
  const tree = sourceTree(library, image.registry, image.store);
  return [
    library.name,
    [...library.description.include],
    tree?.key ?? null,
    generatedTree(library, image.registry, image.store)?.key ?? null,
    library
      .files()
      .filter((file) => prefixes.some((prefix) => file.path.startsWith(prefix)))
      .map((file) => [file.path, file.sha256]),
  ];
}
