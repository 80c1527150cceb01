// What differs between a service as it was left and as it is asked for, and in words why its
// replicas change. Never the value of an environment variable: it may be secret.
import {
  containsUnknown,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  sameValue,
  unwrapMap,
} from "../values.ts";
import { differences } from "./guest-changes.ts";
import type { DiffResult, PropertyChange } from "./resource.ts";
import { SERVICE_INPUTS, TEMPLATE_INPUTS } from "./service-inputs.ts";
import { askedPorts } from "./service-state.ts";

const PLACED = ["ports", "url"];
/** What a rollout makes new. */
const ROLLED = ["digest", "instances", "plan", "history", "currentRevision"];

/** `before`: the outputs, which say what is in force; after a failed update the inputs do not. */
export function serviceChanges(before: PropertyMap, news: PropertyMap): DiffResult {
  const changes: Record<string, { kind: PropertyChange; inputDiff: boolean }> = {};
  for (const name of SERVICE_INPUTS) {
    const old = name === "ports" ? askedPorts(before.ports, news.ports) : before[name];
    for (const { path, kind } of differences(name, old, news[name])) {
      changes[path] = { kind, inputDiff: true };
    }
  }
  const changed = new Set(Object.keys(changes).map((path) => /^[^.[]*/.exec(path)?.[0] ?? path));
  const rolls = ["replicas", "ports", "revision", ...TEMPLATE_INPUTS].some((name) =>
    changed.has(name),
  );
  return {
    changes,
    stables: [...(changed.has("ports") ? [] : PLACED), ...(rolls ? [] : ROLLED)],
  };
}

export interface ImageFacts {
  readonly digest: string;
  readonly sizeBytes?: number;
}

/** Why replicas that are `old` become what `next` says. */
export function templateReasons(
  old: PropertyMap,
  next: PropertyMap,
  images: { readonly old: ImageFacts | undefined; readonly next: ImageFacts | undefined },
): string[] {
  const [before, after] = [unwrapMap(old), unwrapMap(next)];
  const reasons = [imageReason(images.old, images.next)];
  for (const name of ["env", "secrets"]) {
    const names = changedNames(before[name], after[name]);
    if (names.length > 0) reasons.push(`${name}: ${names.join(", ")}`);
  }
  for (const name of ["driver", "memory", "accelerator"]) {
    const [from = null, to = null] = [before[name], after[name]];
    if (!sameValue(from, to))
      reasons.push(`${name}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`);
  }
  if (!sameValue(before.args ?? null, after.args ?? null)) reasons.push("args changed");
  return reasons.filter((reason) => reason !== "");
}

function imageReason(old: ImageFacts | undefined, next: ImageFacts | undefined): string {
  if (old === undefined || next === undefined || old.digest === next.digest) return "";
  const size =
    old.sizeBytes === undefined || next.sizeBytes === undefined
      ? ""
      : ` (${old.sizeBytes} → ${next.sizeBytes} bytes)`;
  return `image: ${shortDigest(old.digest)} → ${shortDigest(next.digest)}${size}`;
}

export function shortDigest(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}

/** E.g. "+NEW", "-GONE", "~CHANGED". */
function changedNames(old: PropertyValue | undefined, next: PropertyValue | undefined): string[] {
  const [before, after] = [old, next].map((value) => (isPropertyMap(value) ? value : {}));
  if (before === undefined || after === undefined) return [];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    if (!Object.hasOwn(before, name)) return [`+${name}`];
    if (!Object.hasOwn(after, name)) return [`-${name}`];
    const [from = null, to = null] = [before[name], after[name]];
    return containsUnknown(to) || !sameValue(from, to) ? [`~${name}`] : [];
  });
}
