// The fields of library.json after reading: every optional one has its value.
import type { OptionValue } from "../types.ts";

/** Sources that share a condition and flags. */
export interface SourceEntry {
  readonly files: readonly string[];
  readonly except: readonly string[];
  readonly when?: string;
  readonly flags: readonly string[];
}

/** A file made by a named transform before anything is compiled. */
export interface GeneratedFile {
  readonly output: string;
  readonly transform: string;
  readonly inputs: readonly string[];
  /** True: only the library's own files see it. */
  readonly private: boolean;
}

export interface DebianOrigin {
  readonly package: string;
  readonly version: string;
  readonly suite: string;
}

export interface PypiOrigin {
  readonly package: string;
  readonly version: string;
  /** Where in the source distribution the tree is; absent: at its top. */
  readonly directory?: string;
}

export interface NpmOrigin {
  readonly package: string;
  readonly version: string;
  /** Where in the package the tree is; absent: at its top. */
  readonly directory?: string;
}

export type Origin =
  | { readonly url: string }
  | { readonly debian: DebianOrigin }
  | { readonly pypi: PypiOrigin }
  | { readonly npm: NpmOrigin };

/** A small change of our own to a third-party file. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface ThirdPartySource {
  readonly version: string;
  readonly files: readonly string[];
  readonly except: readonly string[];
  /** Pin over the files that are used. */
  readonly sha256: string;
  readonly origins: readonly Origin[];
  readonly edits: readonly Edit[];
}

export interface LibraryTest {
  readonly libraries: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
}

export interface LibraryDescription {
  readonly version: string;
  readonly licence: string;
  readonly description: string;
  readonly dependencies: readonly string[];
  readonly reexports: readonly string[];
  readonly include: readonly string[];
  readonly privateInclude: readonly string[];
  readonly sources: readonly SourceEntry[];
  readonly flags: readonly string[];
  readonly freestanding?: boolean;
  readonly link: "whole" | "lazy";
  readonly linkerScript?: string;
  readonly generate: readonly GeneratedFile[];
  readonly source?: ThirdPartySource;
  /** The library whose third-party tree this one uses. */
  readonly sourceLibrary?: string;
  readonly tests: Readonly<Record<string, LibraryTest>>;
}
