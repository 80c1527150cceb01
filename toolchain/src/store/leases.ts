// Builds that are running: while one does, nothing that it may have looked up is removed.
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import type { BuildOptions } from "../types.ts";
import { writeAtomically } from "./atomic.ts";
import { lastCollection, waitForCollection } from "./collection-lock.ts";
import { list } from "./disk.ts";
import { isAlive, isOfThisHost, parseOwner, thisProcess } from "./owner.ts";
import type { Store } from "./store.ts";

interface Lease {
  readonly startedAtMs: number;
}

/** A build of another host that shares the store is over after this time. */
const foreignLeaseMs = 24 * 3600 * 1000;

/** What the first one looked up counts as used in the second, which therefore mostly succeeds. */
const attempts = 3;

/**
 * Runs `work` with the promise that what it looks up stays. A collection that begins meanwhile
 * may still take what is looked up at the same moment: then `work` runs again.
 */
export async function withLease<Result>(
  store: Store,
  { signal, onProgress }: BuildOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const path = store.path("leases", `${process.pid}-${randomBytes(6).toString("hex")}`);
  const lease: Lease = { startedAtMs: Date.now() };
  const text = JSON.stringify({ ...thisProcess(), ...lease });
  await writeAtomically(store.temporaryDirectory, path, text);
  let last = lastCollection(store);
  try {
    await waitForCollection(store, signal, () => onProgress?.("waiting for garbage collection"));
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const before = last;
        last = lastCollection(store);
        if (signal?.aborted || last === before || attempt === attempts) throw error;
      }
    }
  } finally {
    rmSync(path, { force: true });
  }
}

/** When the oldest build that still runs began; removes what killed ones left behind. */
export function oldestLeaseMs(store: Store, nowMs: number): number | undefined {
  let oldest: number | undefined;
  for (const { name } of list(store.path("leases"))) {
    const path = store.path("leases", name);
    const lease = readLease(path);
    const isLive =
      lease !== undefined &&
      (isOfThisHost(lease) ? isAlive(lease) : nowMs - lease.startedAtMs < foreignLeaseMs);
    if (isLive) oldest = Math.min(oldest ?? Infinity, lease.startedAtMs);
    else rmSync(path, { force: true });
  }
  return oldest;
}

function readLease(path: string) {
  try {
    return parseOwner<Lease>(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
