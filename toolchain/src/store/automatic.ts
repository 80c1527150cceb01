// Collection that nobody asked for: after a build, at most once an hour, when the store has grown
// beyond its limit. Whether an hour has passed is all that a build waits for.
import { mkdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { storeLimitBytes } from "./limit.ts";
import type { Store } from "./store.ts";

const intervalMs = 3600 * 1000;

/** Returns the work that it has started, or undefined when it is not the time. */
export function collectWhenDue(store: Store): Promise<unknown> | undefined {
  try {
    if (!isDue(store)) return undefined;
  } catch {
    // A store that cannot be written is not going to grow either.
    return undefined;
  }
  return collectNow(store).catch(() => undefined);
}

/** Whoever finds the hour over begins the next one. A new store is first left alone. */
function isDue(store: Store): boolean {
  const stamp = store.path("collected");
  const lastMs = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  const nowMs = Date.now();
  if (lastMs === undefined) {
    mkdirSync(store.directory, { recursive: true });
    writeFileSync(stamp, "");
    return false;
  }
  if (Math.abs(nowMs - lastMs) < intervalMs) return false;
  utimesSync(stamp, nowMs / 1000, nowMs / 1000);
  return true;
}

async function collectNow(store: Store): Promise<void> {
  const limitBytes = storeLimitBytes();
  const { collect } = await import("./collect.ts");
  // Looking alone holds nobody up.
  const { bytesBefore } = await collect(store, { limitBytes, isDryRun: true });
  if (bytesBefore > limitBytes) await collect(store, { limitBytes });
}
