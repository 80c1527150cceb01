// Every reason for which a library is in an image, not only the shortest: requests, `select` and
// `imply` statements in force, and the headers that libraries declare.
import type { Configuration, KconfigTree, Reason, Request } from "../kconfig/types.ts";
import type { Library } from "../libraries/library.ts";
import type { Edge } from "./types.ts";

export interface EdgeInputs {
  readonly tree: Pick<KconfigTree, "symbols">;
  readonly configuration: Pick<Configuration, "holders">;
  readonly requests: readonly Request[];
  /** Those in the image. */
  readonly libraries: readonly Pick<Library, "name" | "symbol" | "description">[];
}

export function libraryEdges(inputs: EdgeInputs): Edge[] {
  const bySymbol = new Map(inputs.libraries.map((library) => [library.symbol, library.name]));
  const edges: Edge[] = [];
  for (const library of inputs.libraries) {
    for (const request of inputs.requests) {
      if (request.symbol !== library.symbol) continue;
      const kind = request.path === "app" ? "application" : "declared";
      edges.push({ from: "application", to: library.name, kind });
    }
    for (const reason of inputs.configuration.holders(library.symbol)) {
      const edge = selection(reason, library.name, bySymbol, inputs.tree);
      if (edge) edges.push(edge);
    }
    for (const to of library.description.dependencies) {
      edges.push({ from: library.name, to, kind: "includes" });
    }
  }
  return edges.sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
}

function selection(
  reason: Reason,
  to: string,
  bySymbol: ReadonlyMap<string, string>,
  tree: EdgeInputs["tree"],
): Edge | undefined {
  if (reason.by === undefined) return undefined;
  const kind = reason.kind === "implied" ? "implies" : "selects";
  const location = reason.location === undefined ? {} : { location: reason.location };
  const library = bySymbol.get(reason.by);
  if (library !== undefined) return { from: library, to, kind, ...location };
  // An option selects: it belongs to the library in whose folder it is defined.
  const folder = tree.symbols.get(reason.by)?.location.file.split("/").at(-2);
  const owner = folder !== undefined && [...bySymbol.values()].includes(folder) ? folder : "image";
  if (owner === to) return undefined;
  const isPlatform = owner === "image" && reason.by.startsWith("PLATFORM_");
  return {
    from: owner,
    to,
    kind: isPlatform ? "platform" : kind,
    option: reason.by,
    ...location,
  };
}

function sortKey(edge: Edge): string {
  const { location } = edge;
  return JSON.stringify([edge.from, edge.to, edge.kind, edge.option ?? "", location ?? null]);
}
