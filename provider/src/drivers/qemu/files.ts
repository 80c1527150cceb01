// Where a guest's files are: one directory, named by its id, that nobody else may enter.
import { join } from "node:path";
import { type RecordFiles, recordFiles } from "../guest-record.ts";

export interface GuestFiles extends RecordFiles {
  readonly consoleLog: string;
  /** What QEMU itself had to say. */
  readonly monitorLog: string;
  readonly socket: string;
  /** Locked by QEMU while it runs and removed when it ends in an orderly way. */
  readonly pid: string;
  /** QEMU's exit code, written by the shell that waits for it. */
  readonly exit: string;
}

/** As QEMU and its shell see them, whose working directory is the guest's: a socket's path may
 * only have 107 bytes, and these have few wherever the directory is. */
export const RELATIVE = {
  consoleLog: "console.log",
  socket: "qmp.sock",
  pid: "qemu.pid",
  exit: "exit",
} as const;

export function guestFiles(home: string, id: string): GuestFiles {
  const { directory, record } = recordFiles(home, id);
  return {
    id,
    directory,
    record,
    consoleLog: join(directory, RELATIVE.consoleLog),
    monitorLog: join(directory, "qemu.log"),
    socket: join(directory, RELATIVE.socket),
    pid: join(directory, RELATIVE.pid),
    exit: join(directory, RELATIVE.exit),
  };
}
