// Where a guest's files are: one directory, named by its id, that nobody else may enter.
import { join } from "node:path";
import { recordFiles } from "../guest-record.ts";
import { type SupervisedFiles, supervisedFiles } from "../supervisor.ts";

export interface GuestFiles extends SupervisedFiles {
  /** What QEMU itself had to say. */
  readonly monitorLog: string;
  readonly socket: string;
  /** Locked by QEMU while it runs and removed when it ends in an orderly way. */
  readonly pid: string;
}

/** As QEMU sees them, whose working directory is the guest's: a socket's path may
 * only have 107 bytes, and these have few wherever the directory is. */
export const RELATIVE = {
  socket: "qmp.sock",
  pid: "qemu.pid",
} as const;

export function guestFiles(home: string, id: string): GuestFiles {
  const files = supervisedFiles(recordFiles(home, id));
  const { directory } = files;
  return {
    ...files,
    monitorLog: join(directory, "qemu.log"),
    socket: join(directory, RELATIVE.socket),
    pid: join(directory, RELATIVE.pid),
  };
}
