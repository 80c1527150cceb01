// A guest's processes: QEMU, and its supervisor.
import { readFile } from "node:fs/promises";
import { type FoundProcess, findAll, findOne, stopAll } from "../guest-processes.ts";
import type { ProcessIdentity } from "../guest-record.ts";
import { isSupervisor } from "../supervisor.ts";
import { nameArguments } from "./command-line.ts";
import type { GuestFiles } from "./files.ts";

type Role = "monitor" | "supervisor";
export type GuestProcess = FoundProcess<Role>;

const roleOf =
  (files: GuestFiles) =>
  (args: readonly string[]): Role | undefined => {
    if (isSupervisor(args, files.id)) return "supervisor";
    const [option, name] = nameArguments(files.id);
    const at = name === undefined ? -1 : args.indexOf(name);
    if (at < 1 || args[at - 1] !== option) return undefined;
    return "monitor";
  };

/** QEMU if it runs: the recorded process, else, after a crash of ours, whatever is found. */
export async function findMonitor(
  files: GuestFiles,
  recorded: ProcessIdentity | undefined,
): Promise<GuestProcess | undefined> {
  if (recorded !== undefined) {
    const process = await findOne(recorded.pid, files, roleOf(files));
    if (process?.role === "monitor" && process.startTicks === recorded.startTicks) return process;
  }
  return (await findProcesses(files)).find(({ role }) => role === "monitor");
}

/** The process that wrote its id into the guest's pid file, if it is the guest's. */
export async function monitorOfPidFile(files: GuestFiles): Promise<GuestProcess | undefined> {
  const pid = Number(await readFile(files.pid, "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const process = await findOne(pid, files, roleOf(files));
  return process?.role === "monitor" ? process : undefined;
}

/** Every process of the guest, those that a crash of ours left unrecorded included. */
export function findProcesses(files: GuestFiles): Promise<GuestProcess[]> {
  return findAll(files, roleOf(files));
}

export function stopProcesses(files: GuestFiles, shutdownTimeoutMs: number): Promise<void> {
  return stopAll(files, roleOf(files), shutdownTimeoutMs);
}
