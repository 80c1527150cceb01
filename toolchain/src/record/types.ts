// What is kept of a build beside its image: everything that an SBOM, a provenance statement and a
// report say, so that they can be written long after the sources have moved on. The same on every
// machine: no path, no time, no name of a user.
import type { FileHash } from "../graph/hash.ts";
import type { SymbolType } from "../kconfig/types.ts";
import type { Origin } from "../libraries/types.ts";
import type { SourceLocation } from "../problems.ts";
import type { Architecture, ImageManifest, Optimize, OptionValue, Platform } from "../types.ts";

/** Raised when a field changes its meaning; a record of another format is made again. */
export const recordFormat = 1;

/** The third-party tree that a library uses. */
export interface SourceRecord {
  /** The library that pins it. */
  readonly name: string;
  readonly version: string;
  /** Hex SHA-256 over the files used (the pin of lib/README.md), before our own edits. */
  readonly sha256: string;
  readonly origins: readonly Origin[];
  /** Files that we changed after the pin was verified. */
  readonly edited: readonly string[];
}

export interface LibraryRecord {
  readonly name: string;
  readonly version: string;
  /** SPDX expression; of the third-party source when there is one. */
  readonly licence: string;
  readonly description: string;
  /** The shortest reason, as in the manifest. */
  readonly reason: string;
  /** Hex SHA-256 over the folder's files, tests aside: hash rule of lib/README.md. */
  readonly sha256: string;
  /** Whether the folder holds code of our own. */
  readonly hasOwnCode: boolean;
  /** Name of the library in whose record the third-party source stands. */
  readonly sourceOf?: string;
  /** Hex SHA-256 of the archive that was linked; absent for a library of headers. */
  readonly archiveSha256?: string;
}

export type EdgeKind = "declared" | "application" | "platform" | "selects" | "implies" | "includes";

/** Why a library is in the image, or whose headers another one includes. */
export interface Edge {
  /** A library's name; "application"; "image" for what the platform itself brings. */
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** The option that selects, when it is not the library's own symbol. */
  readonly option?: string;
  /** The `select` or `imply` statement; relative to the libraries' directory. */
  readonly location?: SourceLocation;
}

export interface OptionRecord {
  readonly name: string;
  readonly type: SymbolType;
  readonly value: string;
  /** What it would be in this image if no option were set; absent when it would not exist. */
  readonly default?: string;
  /** Whether the request names it. */
  readonly requested: boolean;
  readonly prompt?: string;
  readonly help?: string;
  readonly location: SourceLocation;
}

export interface BuildRecord {
  readonly format: typeof recordFormat;
  readonly manifest: ImageManifest;
  readonly request: {
    readonly libraries: readonly string[];
    readonly options: Readonly<Record<string, OptionValue>>;
    readonly optimize: Optimize;
    readonly platform: Platform;
    readonly architecture: Architecture;
  };
  readonly application: {
    /** E.g. "c" (apps/). */
    readonly kind: string;
    /** Relative to the application's directory. */
    readonly files: readonly FileHash[];
    readonly sources: readonly string[];
  };
  /** Sorted by name. */
  readonly libraries: readonly LibraryRecord[];
  /** Third-party trees, sorted by name. */
  readonly sources: readonly SourceRecord[];
  readonly edges: readonly Edge[];
  /** Every option with a value but the libraries' own symbols, sorted by name. */
  readonly options: readonly OptionRecord[];
  readonly compiler: {
    readonly version: string;
    /** Hex SHA-256 over the compiler's files that are used. */
    readonly sha256: string;
    /** Hex SHA-256 of the archive of its support functions. */
    readonly runtimeSha256: string;
  };
  readonly flags: { readonly compile: readonly string[]; readonly link: readonly string[] };
  /** Hex SHA-256 of what is kept beside the image. */
  readonly byproducts: { readonly symbols: string; readonly linkMap: string };
}
