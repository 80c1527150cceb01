// One process at a time does a piece of work that others want as well; they wait and then find
// its result. A lock only avoids doubled work: correctness rests on atomic renames, so a lock
// whose owner died is simply taken over.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const pollIntervalMs = 40;

interface Owner {
  readonly pid: number;
  /** Start time of the process in clock ticks, so that a reused pid is not taken for it. */
  readonly startTicks: string;
  readonly host: string;
}

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
  const owner: Owner = {
    pid: process.pid,
    startTicks: startTicks(process.pid) ?? "",
    host: hostname(),
  };
  await writeFile(unique, JSON.stringify(owner));
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
  if (isAlive(text)) return false;
  // Of several waiters one wins this rename; a fresh lock taken by mistake costs doubled work only.
  await rename(path, aside).catch(() => undefined);
  await rm(aside, { force: true });
  return true;
}

function isAlive(text: string): boolean {
  let owner: Owner;
  try {
    owner = JSON.parse(text) as Owner;
  } catch {
    return false;
  }
  // Of another host that shares the directory nothing can be known: do the work ourselves.
  if (owner.host !== hostname()) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return (startTicks(owner.pid) ?? owner.startTicks) === owner.startTicks;
}

/** Field 22 of /proc/PID/stat; undefined where there is no /proc. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is in parentheses and may hold blanks.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
