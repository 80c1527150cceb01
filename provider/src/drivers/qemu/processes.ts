// Finds a guest's processes. A process id alone proves nothing, since ids are used again: a
// process is known by its id and start time, or by its command line and working directory.
import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { pause } from "../../guests/wait.ts";
import { nameArguments } from "./command-line.ts";
import type { GuestFiles } from "./files.ts";

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the host's boot to the process's start (/proc/PID/stat, field 22). */
  readonly startTicks: number;
}

export interface GuestProcess extends ProcessIdentity {
  /** QEMU itself, or the shell that waits for it. */
  readonly role: "monitor" | "waiter";
}

const GRACE_MS = 2_000;
const KILL_TIMEOUT_MS = 10_000;

/** QEMU if it runs: the recorded process, else, after a crash of ours, whatever is found. */
export async function findMonitor(
  files: GuestFiles,
  recorded: ProcessIdentity | undefined,
): Promise<GuestProcess | undefined> {
  if (recorded !== undefined) {
    const process = await inspect(recorded.pid, files, await realDirectory(files));
    if (process?.role === "monitor" && process.startTicks === recorded.startTicks) return process;
  }
  return (await findProcesses(files)).find(({ role }) => role === "monitor");
}

/** The process that wrote its id into the guest's pid file, if it is the guest's. */
export async function monitorOfPidFile(files: GuestFiles): Promise<GuestProcess | undefined> {
  const pid = Number(await readFile(files.pid, "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const process = await inspect(pid, files, await realDirectory(files));
  return process?.role === "monitor" ? process : undefined;
}

/** Every process of the guest, those that a crash of ours left unrecorded included. */
export async function findProcesses(files: GuestFiles): Promise<GuestProcess[]> {
  const directory = await realDirectory(files);
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => inspect(pid, files, directory)));
  return found.filter((process) => process !== undefined);
}

/** Ends every process of the guest: asks first, then forces. */
export async function stopProcesses(files: GuestFiles): Promise<void> {
  const start = performance.now();
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    const processes = await findProcesses(files);
    if (processes.length === 0) return;
    const elapsedMs = performance.now() - start;
    if (elapsedMs > KILL_TIMEOUT_MS) {
      const pids = processes.map(({ pid }) => pid).join(", ");
      throw new Error(`the guest ${files.id} cannot be stopped: process ${pids} does not end`);
    }
    // Found again each time, so that no process that merely got a freed id is ever hit.
    const signal = elapsedMs > GRACE_MS ? "SIGKILL" : "SIGTERM";
    for (const { pid } of processes) sendSignal(pid, signal);
    await pause(waitMs);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function inspect(
  pid: number,
  files: GuestFiles,
  directory: string,
): Promise<GuestProcess | undefined> {
  const commandLine = await readProcessFile(pid, "cmdline");
  const args = commandLine?.split("\0") ?? [];
  const [option, name] = nameArguments(files.id);
  const at = args.indexOf(name);
  if (at < 1 || args[at - 1] !== option) return undefined;
  const stat = await readProcessFile(pid, "stat");
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  const fields = stat === undefined ? undefined : parseStat(stat);
  // A zombie has ended; only nobody has asked how.
  if (fields === undefined || cwd !== directory || "ZX".includes(fields.state)) return undefined;
  const isShell = args[1] === "-c";
  return { pid, startTicks: fields.startTicks, role: isShell ? "waiter" : "monitor" };
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

async function realDirectory(files: GuestFiles): Promise<string> {
  try {
    return await realpath(files.directory);
  } catch {
    return files.directory;
  }
}
