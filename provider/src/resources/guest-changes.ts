// What differs between the guest that is and the guest that is asked for.
import {
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  sameValue,
  unwrapMap,
} from "../values.ts";
import { driverSelection } from "./guest-driver-input.ts";
import { GUEST_INPUTS, knownPorts } from "./guest-inputs.ts";
import { LIFECYCLE_INPUTS } from "./guest-lifecycle-inputs.ts";
import type { DiffResult, PropertyChange } from "./resource.ts";

/** Another image is another guest: the old one serves until the new one is healthy. */
const REPLACING: readonly string[] = ["image", "driver"];
/** What can change while the guest runs. */
const HARMLESS: readonly string[] = ["healthCheck", ...LIFECYCLE_INPUTS];
const MEASURED = ["bootTimeMs", "firstResponseMs"];
const PLACED = ["ports", "url", "address"];

export function guestChanges(olds: PropertyMap, news: PropertyMap): DiffResult {
  const changes: Record<string, { kind: PropertyChange; inputDiff: boolean }> = {};
  const changed: string[] = [];
  for (const name of GUEST_INPUTS) {
    const found = differences(name, olds[name], news[name]);
    if (found.length > 0) changed.push(name);
    for (const { path, kind } of found) {
      changes[path] = {
        kind: REPLACING.includes(name) ? `${kind}-replace` : kind,
        inputDiff: true,
      };
    }
  }
  const unchanged = GUEST_INPUTS.filter((name) => name !== "ports" && !changed.includes(name));
  const stables = ["consoleLog", ...unchanged];
  if (!needsRestart(changed, news)) stables.push(...PLACED, ...MEASURED);
  // A port that was chosen freely may have to be another one after a restart.
  else if (!changed.includes("ports") && hasFixedPorts(news)) stables.push(...PLACED);
  if (!changed.includes("networks")) stables.push("addresses");
  // Ports pass from one guest to another within a driver, never between two.
  return { changes, stables, deleteBeforeReplace: changed.includes("driver") };
}

/** Whether these inputs reach a guest only when it starts; paths count as their first name. */
export function needsRestart(changed: readonly string[], { driver }: PropertyMap): boolean {
  // On a libvirt host the guest itself is told after which ends it resets.
  const isTold = driverSelection(driver).name === "libvirt";
  return changed.some((path) => {
    const name = firstName(path);
    return !HARMLESS.includes(name) || (isTold && name === "restart");
  });
}

export function changesLifecycle(changed: readonly string[]): boolean {
  return changed.some((path) => (LIFECYCLE_INPUTS as readonly string[]).includes(firstName(path)));
}

function firstName(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? path;
}

export interface Difference {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
}

/** The innermost properties that differ, so that a preview shows these alone. */
export function differences(
  path: string,
  old: PropertyValue | undefined,
  next: PropertyValue | undefined,
): Difference[] {
  if (old === undefined) return next === undefined ? [] : [{ path, kind: "add" }];
  if (next === undefined) return [{ path, kind: "delete" }];
  if (sameValue(old, next)) return [];
  if (isPropertyMap(old) && isPropertyMap(next)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(next)]);
    return [...keys].flatMap((key) => differences(`${path}${member(key)}`, old[key], next[key]));
  }
  if (isPropertyList(old) && isPropertyList(next)) {
    const length = Math.max(old.length, next.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      differences(`${path}[${index}]`, old[index], next[index]),
    );
  }
  return [{ path, kind: "update" }];
}

function member(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function hasFixedPorts(inputs: PropertyMap): boolean {
  const ports = knownPorts(unwrapMap(inputs).ports ?? []);
  return ports.every(({ host }) => typeof host === "number" && host !== 0);
}
