// Which inputs differ, for resources where a change either replaces or does not.
import { type PropertyMap, sameValue } from "../values.ts";
import type { DiffResult } from "./resource.ts";

export function inputChanges(
  names: readonly string[],
  replacing: readonly string[],
  olds: PropertyMap,
  news: PropertyMap,
): DiffResult["changes"] {
  const changes: Record<string, DiffResult["changes"][string]> = {};
  for (const name of names) {
    const [old, next] = [olds[name], news[name]];
    if (old === next || (old !== undefined && next !== undefined && sameValue(old, next))) continue;
    const kind = old === undefined ? "add" : next === undefined ? "delete" : "update";
    changes[name] = { kind: replacing.includes(name) ? `${kind}-replace` : kind, inputDiff: true };
  }
  return changes;
}
