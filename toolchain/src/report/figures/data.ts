// The data of the page's figures, as the toolchain writes it and the page's script reads it.

/** By whom a byte came into the image. */
export type Origin = "application" | "own" | "third-party" | "compiler" | "linker";

/** What a byte is. */
export type Contents = "code" | "constants" | "data" | "zero" | "overhead";

/** Bytes in the file and in memory; when two images are compared, then those of the other one. */
export type SymbolSizes = readonly [number, number] | readonly [number, number, number, number];

export interface SymbolData {
  readonly name: string;
  readonly section: string;
  readonly contents: Contents;
  readonly sizes: SymbolSizes;
}

export interface ObjectData {
  readonly name: string;
  readonly origin: Origin;
  readonly symbols: readonly SymbolData[];
}

export interface LibraryData {
  readonly name: string;
  readonly objects: readonly ObjectData[];
}

export interface ReasonData {
  readonly text: string;
  /** "lwip/Kconfig:4". */
  readonly place?: string;
}

export interface EdgeData {
  readonly from: string;
  readonly to: string;
  readonly reasons: readonly ReasonData[];
}

export interface PageData {
  readonly title: string;
  readonly compared: boolean;
  readonly libraries: readonly LibraryData[];
  /** What is said of a node of the graph when it is chosen. */
  readonly nodes: readonly {
    readonly name: string;
    readonly label: string;
    readonly facts: string;
  }[];
  readonly edges: readonly EdgeData[];
}
