// What depends on what in an image: from the image through the application and the libraries to
// the third-party sources they are made of.
import type { BuildRecord } from "../record/types.ts";

/** The id of a part of an image, unique within it. */
export const partId = {
  image: "image",
  application: "application",
  runtime: "compiler-runtime",
  library: (name: string) => `library:${name}`,
  source: (name: string) => `source:${name}`,
};

/** By part, the parts it depends on, sorted; every part is reachable from the image. */
export function relationships(record: BuildRecord): ReadonlyMap<string, readonly string[]> {
  const result = new Map<string, Set<string>>();
  const add = (from: string, to: string) => {
    if (!result.has(from)) result.set(from, new Set());
    result.get(from)?.add(to);
  };
  add(partId.image, partId.application);
  add(partId.image, partId.runtime);
  for (const edge of record.edges) {
    const named = edge.from === "image" || edge.from === "application";
    add(named ? edge.from : partId.library(edge.from), partId.library(edge.to));
  }
  for (const { name, sourceOf } of record.libraries) {
    if (sourceOf !== undefined) add(partId.library(name), partId.source(sourceOf));
    // What an option's default brought in; such a library has no edge of its own.
    if (!record.edges.some((edge) => edge.to === name)) add(partId.image, partId.library(name));
  }
  return new Map([...result].map(([from, to]) => [from, [...to].sort()]));
}
