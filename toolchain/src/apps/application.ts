// What every kind of application gives to a build: the libraries it needs beside the declared
// ones, the files that enter the hash, and what is compiled.
import type { CompiledObject } from "../graph/compile.ts";
import type { FileHash } from "../graph/hash.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import type { Problem } from "../problems.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions } from "../types.ts";

export interface Application {
  /** Name of the kind; enters the hash. */
  readonly kind: string;
  /** Working directory of the compiler. */
  readonly directory: string;
  /** Libraries that this kind needs by its nature, e.g. musl. */
  readonly implicitLibraries: readonly string[];
  /** Everything that may be read by a compilation, by content. */
  readonly files: readonly FileHash[];
  /** The files that are compiled, relative to the directory, sorted. */
  readonly sources: readonly string[];
  /** What the build compiles beside them, made from the files. */
  readonly made?: {
    /** Texts by name; `files` are on their search path. */
    readonly sources: ReadonlyMap<string, string>;
    /** The platform's linker script with what these sources need. */
    readonly linkerScript: (script: string) => string;
  };
  /** Prefix of its files in debug information and records. */
  readonly logical: string;
  readonly problems: readonly Problem[];
  /** Hash of what makes objects beside the compiler; enters the hash. */
  readonly makerHash?: string;
  /** Makes objects of what enters the hash and is nothing for a C compiler. */
  readonly makeObjects?: (
    registry: LibraryRegistry,
    store: Store,
    options: BuildOptions,
  ) => Promise<readonly CompiledObject[]>;
}
