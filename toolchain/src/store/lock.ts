// One process at a time does a piece of work that others want as well; they wait and then find
// its result. A lock only avoids doubled work: correctness rests on atomic renames, so a lock
// whose owner died is simply taken over.

import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, parseOwner, thisProcess } from "./owner.ts";

const pollIntervalMs = 40;

/** Runs `work` while holding the lock file; waits for another holder as long as it lives. */
export async function withLock<Result>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
  onWait?: () => void,
): Promise<Result> {
  await acquire(path, signal, onWait);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(
  path: string,
  signal: AbortSignal | undefined,
  onWait: (() => void) | undefined,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unique = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  await writeFile(unique, JSON.stringify(thisProcess()));
  try {
    let waited = false;
    // A link appears with its content or not at all, unlike a file that is created and written.
    while (!(await tryLink(unique, path))) {
      signal?.throwIfAborted();
      if (await takeAwayFromDead(path, `${unique}-stale`)) continue;
      if (!waited) onWait?.();
      waited = true;
      await sleep(pollIntervalMs, undefined, signal ? { signal } : {});
    }
  } finally {
    await rm(unique, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Removes a lock whose owner is gone; true when it is worth trying again at once. */
async function takeAwayFromDead(path: string, aside: string): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return true;
  }
  const owner = parseOwner(text);
  // Of another host nothing can be known: do the work ourselves.
  if (owner && isAlive(owner)) return false;
  // Of several waiters one wins this rename; a fresh lock taken by mistake costs doubled work only.
  await rename(path, aside).catch(() => undefined);
  await rm(aside, { force: true });
  return true;
}
