// A guest's process: its tender. The guest itself is the tender's child and dies with it.
import { type FoundProcess, findAll, findOne, stopAll } from "../guest-processes.ts";
import type { ProcessIdentity } from "../guest-record.ts";
import type { SandboxFiles } from "./files.ts";

export type TenderProcess = FoundProcess<"tender">;

const roleOf = (files: SandboxFiles) => (args: readonly string[]) =>
  args[1] === "--guest" && args[2] === files.id ? ("tender" as const) : undefined;

/** The process with this id, if it is the guest's tender. */
export function tenderAt(pid: number, files: SandboxFiles): Promise<TenderProcess | undefined> {
  return findOne(pid, files, roleOf(files));
}

/** The recorded process if it runs, else, after a crash of ours, whatever is found. */
export async function findTender(
  files: SandboxFiles,
  recorded: ProcessIdentity | undefined,
): Promise<TenderProcess | undefined> {
  if (recorded !== undefined) {
    const process = await findOne(recorded.pid, files, roleOf(files));
    if (process?.startTicks === recorded.startTicks) return process;
  }
  return (await findAll(files, roleOf(files)))[0];
}

export function stopTender(files: SandboxFiles): Promise<void> {
  return stopAll(files, roleOf(files));
}
