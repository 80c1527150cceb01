// What a guest's process takes of this machine: processor time and memory that is really there. A
// tender's guest is its child, so children count.
import { readFile } from "node:fs/promises";

export interface Usage {
  readonly processorMs: number;
  readonly memoryBytes: number;
}

/** Of x86_64 and of every Linux of today (sysconf's _SC_CLK_TCK, _SC_PAGESIZE). */
const TICK_MS = 10;
const PAGE_BYTES = 4096;

/** Undefined when the process is gone. */
export async function readUsage(pid: number): Promise<Usage | undefined> {
  try {
    const [stat, pages, children] = await Promise.all(
      ["stat", "statm", `task/${pid}/children`].map((name) =>
        readFile(`/proc/${pid}/${name}`, "utf8"),
      ),
    );
    const below = (children ?? "").split(" ").filter((text) => /^\d+$/.test(text));
    const own = {
      processorMs: parseTicks(stat ?? "") * TICK_MS,
      memoryBytes: parsePages(pages ?? ""),
    };
    const others = await Promise.all(below.map((child) => readUsage(Number(child))));
    return others.reduce<Usage>((sum, one) => (one === undefined ? sum : add(sum, one)), own);
  } catch {
    return undefined;
  }
}

function add(one: Usage, other: Usage): Usage {
  return {
    processorMs: one.processorMs + other.processorMs,
    memoryBytes: one.memoryBytes + other.memoryBytes,
  };
}

/** Time as a user's and as the system's; a process's name may hold anything, brackets included. */
export function parseTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function parsePages(statm: string): number {
  return Number(statm.split(" ")[1]) * PAGE_BYTES;
}

/** Of one processor, in percent; undefined before there are two readings. */
export function processorPercent(
  before: Usage | undefined,
  now: Usage | undefined,
  elapsedMs: number,
): number | undefined {
  if (before === undefined || now === undefined || elapsedMs <= 0) return undefined;
  // A process that has begun anew has less.
  return (Math.max(0, now.processorMs - before.processorMs) / elapsedMs) * 100;
}
