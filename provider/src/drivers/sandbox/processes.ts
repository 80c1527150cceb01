// A guest's processes: its tender, and the supervisor. The guest itself is the tender's child and
// dies with it.
import { type FoundProcess, findAll, findOne, stopAll } from "../guest-processes.ts";
import type { ProcessIdentity } from "../guest-record.ts";
import { isSupervisor } from "../supervisor.ts";
import type { SandboxFiles } from "./files.ts";

type Role = "tender" | "supervisor";
export type TenderProcess = FoundProcess<Role>;

const roleOf =
  (files: SandboxFiles) =>
  (args: readonly string[]): Role | undefined => {
    if (isSupervisor(args, files.id)) return "supervisor";
    return args[1] === "--guest" && args[2] === files.id ? "tender" : undefined;
  };

/** The process with this id, if it is the guest's. */
export function processAt(pid: number, files: SandboxFiles): Promise<TenderProcess | undefined> {
  return findOne(pid, files, roleOf(files));
}

/** The recorded process if it runs, else, after a crash of ours, whatever is found. */
export async function findTender(
  files: SandboxFiles,
  recorded: ProcessIdentity | undefined,
): Promise<TenderProcess | undefined> {
  if (recorded !== undefined) {
    const process = await findOne(recorded.pid, files, roleOf(files));
    if (process?.role === "tender" && process.startTicks === recorded.startTicks) return process;
  }
  return (await findProcesses(files)).find(({ role }) => role === "tender");
}

/** Every process of the guest, those that a crash of ours left unrecorded included. */
export function findProcesses(files: SandboxFiles): Promise<TenderProcess[]> {
  return findAll(files, roleOf(files));
}

export function stopProcesses(files: SandboxFiles, shutdownTimeoutMs: number): Promise<void> {
  return stopAll(files, roleOf(files), shutdownTimeoutMs);
}
