// Decides what leaves the store: waste always; then what was not used for the longest time, until
// the rest is within the limit. What somebody uses stays, even beyond the limit.
import type { Entry } from "./inventory.ts";

export interface Wishes {
  readonly limitBytes: number;
  /** Digests of images that somebody keeps. */
  readonly kept: ReadonlySet<string>;
  /** What was used since then may be in use by a running build. */
  readonly inUseSinceMs: number;
}

export interface Choice {
  readonly garbage: readonly Entry[];
  readonly rest: readonly Entry[];
}

export function chooseGarbage(entries: readonly Entry[], wishes: Wishes): Choice {
  const garbage: Entry[] = [];
  const rest: Entry[] = [];
  let totalBytes = sumBytes(entries);
  for (const entry of [...entries].sort(byUse)) {
    const isKept =
      entry.usedAtMs >= wishes.inUseSinceMs ||
      (entry.digest !== undefined && wishes.kept.has(entry.digest));
    if (!isKept && (entry.isWaste || totalBytes > wishes.limitBytes)) {
      garbage.push(entry);
      totalBytes -= entry.bytes;
    } else rest.push(entry);
  }
  return { garbage, rest };
}

/** Waste first. What is kept of an image's builds before the image, which holds it. */
function byUse(left: Entry, right: Entry): number {
  return (
    Number(right.isWaste ?? false) - Number(left.isWaste ?? false) ||
    left.usedAtMs - right.usedAtMs ||
    Number(left.kind === "images") - Number(right.kind === "images")
  );
}

export function sumBytes(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + entry.bytes, 0);
}

/** Count and bytes by kind, the largest first. */
export function byKind(
  entries: readonly Entry[],
): { readonly kind: string; readonly count: number; readonly bytes: number }[] {
  const kinds = new Map<string, { kind: string; count: number; bytes: number }>();
  for (const { kind, bytes } of entries) {
    const sum = kinds.get(kind) ?? { kind, count: 0, bytes: 0 };
    kinds.set(kind, { kind, count: sum.count + 1, bytes: sum.bytes + bytes });
  }
  return [...kinds.values()].sort((left, right) => right.bytes - left.bytes);
}
