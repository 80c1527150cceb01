// What differs between the image that is and the image that is asked for.
import { type PropertyMap, sameValue } from "../values.ts";
import { IMAGE_INPUTS } from "./image-inputs.ts";
import type { DiffResult, PropertyChange } from "./resource.ts";

/** Outputs that only a build determines. */
const BUILT = ["digest", "sizeBytes", "entrySymbol", "toolchain", "libraries"];

export function imageChanges(olds: PropertyMap, news: PropertyMap): DiffResult {
  const changes: Record<string, { kind: PropertyChange; inputDiff: boolean }> = {};
  // An imported image came without its sources; the hash over them says all that can be said.
  const isImported = olds.app === undefined;
  const names = isImported ? ["sourceHash"] : [...IMAGE_INPUTS, "sourceHash"];
  for (const name of names) {
    const hasOld = olds[name] !== undefined;
    const hasNew = news[name] !== undefined;
    if (!hasOld && !hasNew) continue;
    if (hasOld && hasNew && sameValue(olds[name] ?? null, news[name] ?? null)) continue;
    const kind = hasOld ? (hasNew ? "update" : "delete") : "add";
    changes[name] = { kind, inputDiff: true };
  }
  const unchanged = [...IMAGE_INPUTS, "sourceHash"].filter(
    (name) => changes[name] === undefined && name !== "libraries",
  );
  const isSameImage = changes.sourceHash === undefined;
  return { changes, stables: isSameImage ? [...unchanged, ...BUILT] : unchanged };
}
