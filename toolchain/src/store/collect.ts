// Garbage collection: makes room in a store without taking away what guests run, what stacks name
// or what a running build uses.
import { randomUUID } from "node:crypto";
import { rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { homeDirectory } from "../home.ts";
import { withTemporary } from "./atomic.ts";
import { announceCollection, collectionLock } from "./collection-lock.ts";
import { byKind, type Choice, chooseGarbage, sumBytes } from "./garbage.ts";
import { type Entry, inventory } from "./inventory.ts";
import { oldestLeaseMs } from "./leases.ts";
import { liveRoots } from "./roots.ts";
import type { Store } from "./store.ts";
import { useIntervalMs } from "./use.ts";

export interface CollectOptions {
  readonly limitBytes: number;
  /** Says what would be removed and removes nothing. */
  readonly isDryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Where compilers are installed; default: the home's. */
  readonly toolsDirectory?: string;
}

export interface Collected {
  readonly limitBytes: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** By kind, the largest first. */
  readonly removed: readonly {
    readonly kind: string;
    readonly count: number;
    readonly bytes: number;
  }[];
  /** Images that are kept whatever the limit is, and for whom. */
  readonly kept: readonly { readonly digest: string; readonly owner: string }[];
  /** Whether a build ran, for which everything that was used lately stays. */
  readonly isBuilding: boolean;
}

export async function collect(store: Store, options: CollectOptions): Promise<Collected> {
  if (options.isDryRun) return (await choose(store, options)).report;
  return store.lock(collectionLock, options.signal, async () => {
    const { garbage, report } = await choose(store, options);
    if (garbage.length > 0) await announceCollection(store, randomUUID());
    for (const entry of garbage) {
      options.signal?.throwIfAborted();
      await remove(entry, store);
    }
    return report;
  });
}

async function choose(
  store: Store,
  options: CollectOptions,
): Promise<Pick<Choice, "garbage"> & { readonly report: Collected }> {
  const nowMs = Date.now();
  const { limitBytes } = options;
  const tools = options.toolsDirectory ?? join(homeDirectory(), "tools");
  const buildingSinceMs = oldestLeaseMs(store, nowMs);
  const roots = liveRoots(store, nowMs, options.isDryRun);
  const entries = await inventory(store, tools, nowMs);
  const { garbage, rest } = chooseGarbage(entries, {
    limitBytes,
    kept: new Set(roots.map((root) => root.digest)),
    // A look-up marks what it finds only when the last mark is as old as that.
    inUseSinceMs: (buildingSinceMs ?? Infinity) - useIntervalMs,
  });
  const present = new Set(rest.map((entry) => entry.digest));
  return {
    garbage,
    report: {
      limitBytes,
      bytesBefore: sumBytes(entries),
      bytesAfter: sumBytes(rest),
      removed: byKind(garbage),
      kept: roots
        .filter(({ digest }) => present.has(digest))
        .map(({ digest, owner }) => ({ digest, owner })),
      isBuilding: buildingSinceMs !== undefined,
    },
  };
}

/** Out of its place at once, so that nobody finds half of it. */
async function remove(entry: Entry, store: Store): Promise<void> {
  const isOfStore = entry.path.startsWith(`${store.directory}/`);
  const directory = isOfStore ? store.temporaryDirectory : join(dirname(entry.path), "tmp");
  await withTemporary(directory, basename(entry.path), async (aside) => {
    try {
      await rename(entry.path, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  });
}
