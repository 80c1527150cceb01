// Finds and ends processes that belong to a guest's directory. A process id alone proves nothing,
// since ids are used again: a process is known by its id and start time, or by its command line
// and working directory.
import { readdirSync, readlinkSync } from "node:fs";
import { readFile, readlink, realpath } from "node:fs/promises";
import { pause } from "../guests/wait.ts";
import type { ProcessIdentity, RecordFiles } from "./guest-record.ts";

/** What the command line says that a process is for the guest; undefined: not the guest's. */
export type RoleOf<Role> = (args: readonly string[]) => Role | undefined;

export interface FoundProcess<Role> extends ProcessIdentity {
  readonly role: Role;
}

/** `role` is undefined while a process has no command line: it is becoming another program, or it
 * is ending and may still have its ports. Only a guest's processes are in its directory then. */
interface SeenProcess<Role> extends ProcessIdentity {
  readonly role: Role | undefined;
}

/** The role of a process that gives the guest's own its time to end. */
export const SUPERVISOR = "supervisor";

const GRACE_MS = 2_000;
const KILL_TIMEOUT_MS = 10_000;

/** Every process of the guest, those that a crash of ours left unrecorded included. */
export async function findAll<Role>(
  files: RecordFiles,
  roleOf: RoleOf<Role>,
): Promise<FoundProcess<Role>[]> {
  return (await seeAll(files, roleOf)).filter(hasRole);
}

/** The process with this id, if it is the guest's. */
export async function findOne<Role>(
  pid: number,
  files: RecordFiles,
  roleOf: RoleOf<Role>,
): Promise<FoundProcess<Role> | undefined> {
  const process = await inspect(pid, await realDirectory(files), roleOf);
  return process && hasRole(process) ? process : undefined;
}

async function seeAll<Role>(
  files: RecordFiles,
  roleOf: RoleOf<Role>,
): Promise<SeenProcess<Role>[]> {
  const directory = await realDirectory(files);
  const pids = processesIn(directory);
  const seen = await Promise.all(pids.map((pid) => inspect(pid, directory, roleOf)));
  return seen.filter((process) => process !== undefined);
}

/** Where a machine runs hundreds of guests, most processes are others': one look at each, at once,
 * takes a tenth of what waiting for a thread does. */
function processesIn(directory: string): number[] {
  const isThere = (pid: number) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === directory;
    } catch {
      return false; // It has ended, or is another user's.
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(isThere);
}

function hasRole<Role>(process: SeenProcess<Role>): process is FoundProcess<Role> {
  return process.role !== undefined;
}

/** Ends every process of the guest, asking first and forcing then; returns when all have ended.
 * A supervisor is asked alone: it asks the guest, and kills it after the timeout. */
export async function stopAll<Role extends string>(
  files: RecordFiles,
  roleOf: RoleOf<Role>,
  shutdownTimeoutMs: number,
): Promise<void> {
  const start = performance.now();
  const asked = new Set<number>();
  const seen = new Map<number, number>();
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    const processes = await seeAll(files, roleOf);
    for (const { pid, startTicks } of processes) seen.set(pid, startTicks);
    if (processes.length === 0 && !(await isAnyLeft(seen))) return;
    const elapsedMs = performance.now() - start - shutdownTimeoutMs;
    if (elapsedMs > KILL_TIMEOUT_MS) {
      const pids = [...seen.keys()].join(", ");
      throw new Error(`the guest ${files.id} cannot be stopped: process ${pids} does not end`);
    }
    // Found again each time, so that no process that merely got a freed id is ever hit.
    const own = processes.filter(hasRole);
    const supervisors = own.filter(({ role }) => role === SUPERVISOR);
    if (elapsedMs > GRACE_MS) {
      for (const { pid } of own) sendSignal(pid, "SIGKILL");
    } else if (supervisors.length === 0) {
      for (const { pid } of own) sendSignal(pid, "SIGTERM");
    } else {
      for (const { pid } of supervisors.filter((one) => !asked.has(one.pid))) {
        asked.add(pid);
        sendSignal(pid, "SIGTERM");
      }
    }
    await pause(waitMs);
  }
}

/** Whether one of these processes has not ended. In its last moments a process has no directory any
 * more, by which it is found, but still has its files, and with them the locks of its disks. */
async function isAnyLeft(startTicksOf: ReadonlyMap<number, number>): Promise<boolean> {
  const states = await Promise.all(
    [...startTicksOf].map(async ([pid, startTicks]) => {
      const now = parseStat((await readProcessFile(pid, "stat")) ?? "");
      return now?.startTicks === startTicks && !"ZX".includes(now.state);
    }),
  );
  return states.includes(true);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function inspect<Role>(
  pid: number,
  directory: string,
  roleOf: RoleOf<Role>,
): Promise<SeenProcess<Role> | undefined> {
  const commandLine = await readProcessFile(pid, "cmdline");
  const role = roleOf(commandLine?.split("\0") ?? []);
  if (role === undefined && commandLine !== "") return undefined;
  const stat = await readProcessFile(pid, "stat");
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  const fields = stat === undefined ? undefined : parseStat(stat);
  // A zombie has ended; only nobody has asked how.
  if (fields === undefined || cwd !== directory || "ZX".includes(fields.state)) return undefined;
  return { pid, startTicks: fields.startTicks, role };
}

/** State and start time; the command's name before them may hold spaces and parentheses. */
export function parseStat(text: string): { state: string; startTicks: number } | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const startTicks = Number(fields[19]);
  const state = fields[0];
  return state && Number.isInteger(startTicks) ? { state, startTicks } : undefined;
}

async function readProcessFile(pid: number, name: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return undefined;
  }
}

async function realDirectory(files: RecordFiles): Promise<string> {
  try {
    return await realpath(files.directory);
  } catch {
    return files.directory;
  }
}
