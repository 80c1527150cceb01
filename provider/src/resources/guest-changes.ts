// What differs between the guest that is and the guest that is asked for.
import { type PropertyMap, sameValue, unwrapMap } from "../values.ts";
import { GUEST_INPUTS, knownPorts } from "./guest-inputs.ts";
import type { DiffResult, PropertyChange } from "./resource.ts";

/** Another image is another guest: the old one serves until the new one is healthy. */
const REPLACING: readonly string[] = ["image", "driver"];
/** What can change while the guest runs. */
const HARMLESS: readonly string[] = ["healthCheck"];
const MEASURED = ["bootTimeMs", "firstResponseMs"];
const PLACED = ["ports", "url", "address"];

export function guestChanges(olds: PropertyMap, news: PropertyMap): DiffResult {
  const changes: Record<string, { kind: PropertyChange; inputDiff: boolean }> = {};
  for (const name of GUEST_INPUTS) {
    const hasOld = olds[name] !== undefined;
    const hasNew = news[name] !== undefined;
    if (!hasOld && !hasNew) continue;
    if (hasOld && hasNew && sameValue(olds[name] ?? null, news[name] ?? null)) continue;
    const kind = hasOld ? (hasNew ? "update" : "delete") : "add";
    changes[name] = { kind: REPLACING.includes(name) ? `${kind}-replace` : kind, inputDiff: true };
  }
  const unchanged = GUEST_INPUTS.filter((name) => name !== "ports" && !(name in changes));
  const stables = ["consoleLog", ...unchanged];
  if (!needsRestart(Object.keys(changes))) stables.push(...PLACED, ...MEASURED);
  // A port that was chosen freely may have to be another one after a restart.
  else if (!("ports" in changes) && hasFixedPorts(news)) stables.push(...PLACED);
  return { changes, stables, deleteBeforeReplace: false };
}

export function needsRestart(changed: readonly string[]): boolean {
  return changed.some((name) => !HARMLESS.includes(name));
}

function hasFixedPorts(inputs: PropertyMap): boolean {
  const ports = knownPorts(unwrapMap(inputs).ports ?? []);
  return ports.every(({ host }) => typeof host === "number" && host !== 0);
}
