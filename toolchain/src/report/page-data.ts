// Makes the data of the page's figures: the tree of bytes, and the edges of the graph.

import type { Edge } from "../record/types.ts";
import { noSizes, symbolKey } from "./compare.ts";
import type { EdgeData, LibraryData, Origin, SymbolData } from "./figures/data.ts";
import type { LibraryGraph } from "./graph.ts";
import type { Piece } from "./pieces.ts";

/** What only the other image has is there without bytes, so that its parents' changes are right. */
export function byteTree(pieces: readonly Piece[], other?: readonly Piece[]): LibraryData[] {
  const before = new Map(other?.map((piece) => [symbolKey(piece), piece]));
  const libraries = new Map<string, Map<string, { origin: Origin; symbols: SymbolData[] }>>();
  const add = (piece: Piece, sizes: SymbolData["sizes"]) => {
    const { library, object, origin, symbol, section, contents } = piece;
    const objects = getOrMake(libraries, library, () => new Map());
    const key = JSON.stringify([object, origin]);
    const { symbols } = getOrMake(objects, key, () => ({ origin, symbols: [] }));
    symbols.push({ name: symbol, section, contents, sizes });
  };
  for (const piece of pieces) {
    const { fileBytes, memoryBytes } = piece;
    const old = before.get(symbolKey(piece)) ?? noSizes;
    before.delete(symbolKey(piece));
    add(
      piece,
      other === undefined
        ? [fileBytes, memoryBytes]
        : [fileBytes, memoryBytes, old.fileBytes, old.memoryBytes],
    );
  }
  for (const gone of before.values()) add(gone, [0, 0, gone.fileBytes, gone.memoryBytes]);
  return [...libraries].map(([name, objects]) => ({
    name,
    objects: [...objects].map(([key, object]) => ({
      name: (JSON.parse(key) as [string])[0],
      ...object,
    })),
  }));
}

export function edgeData(graph: LibraryGraph, reason: (edge: Edge) => string): EdgeData[] {
  return graph.edges.map(({ from, to, reasons }) => ({
    from,
    to,
    // What brings it, before who only uses its headers.
    reasons: [...reasons]
      .sort((left, right) => rank(left) - rank(right))
      .map((each) => ({
        text: reason(each),
        ...(each.location ? { place: `${each.location.file}:${each.location.line}` } : {}),
      })),
  }));
}

function rank({ kind }: Edge): number {
  return kind === "includes" ? 1 : 0;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
