// How builds and the removal of old entries keep out of each other's way: a build says that it
// runs and then waits for a collection that is at work; a collection takes its lock and then
// looks who builds. One of the two always sees the other.
import { existsSync, readFileSync } from "node:fs";
import { writeAtomically } from "./atomic.ts";
import type { Store } from "./store.ts";

export const collectionLock = "collection";
const lastName = "last-collection";

/** Tells one collection that removes something from the next. */
export function lastCollection(store: Store): string {
  try {
    return readFileSync(store.path(lastName), "utf8");
  } catch {
    return "";
  }
}

export function announceCollection(store: Store, name: string): Promise<void> {
  return writeAtomically(store.temporaryDirectory, store.path(lastName), name);
}

/** Returns when no collection is at work that may not know what was just written down. */
export async function waitForCollection(
  store: Store,
  signal?: AbortSignal,
  onWait?: () => void,
): Promise<void> {
  if (!existsSync(store.path("locks", collectionLock))) return;
  await store.lock(collectionLock, signal, async () => undefined, onWait);
}
