// Who holds a lock or a lease: a process, told from a later one with the same number.
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

export interface Owner {
  readonly pid: number;
  /** Start time of the process in clock ticks, so that a reused pid is not taken for it. */
  readonly startTicks: string;
  readonly host: string;
}

export function thisProcess(): Owner {
  return { pid: process.pid, startTicks: startTicks(process.pid) ?? "", host: hostname() };
}

/** Of another host that shares the directory nothing can be known. */
export function isOfThisHost(owner: Owner): boolean {
  return owner.host === hostname();
}

/** Whether a process of this host still runs. */
export function isAlive(owner: Owner): boolean {
  if (!isOfThisHost(owner)) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return (startTicks(owner.pid) ?? owner.startTicks) === owner.startTicks;
}

/** Undefined when the text is damaged. */
export function parseOwner<Extra extends object = object>(
  text: string,
): (Owner & Extra) | undefined {
  try {
    const owner = JSON.parse(text) as Owner & Extra;
    return Number.isInteger(owner.pid) ? owner : undefined;
  } catch {
    return undefined;
  }
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
