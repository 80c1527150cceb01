// Where a guest's files are: one directory, named by its id, that nobody else may enter.
import { join } from "node:path";

export interface GuestFiles {
  readonly id: string;
  readonly directory: string;
  readonly record: string;
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

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export function guestsDirectory(home: string): string {
  return join(home, "guests");
}

export function isGuestId(id: string): boolean {
  return ID.test(id);
}

export function guestFiles(home: string, id: string): GuestFiles {
  if (!isGuestId(id)) {
    throw new Error(
      `"${id}" cannot be a guest's id: it must consist of letters, digits, ".", "_" and "-"`,
    );
  }
  const directory = join(guestsDirectory(home), id);
  return {
    id,
    directory,
    record: join(directory, "guest.json"),
    consoleLog: join(directory, RELATIVE.consoleLog),
    monitorLog: join(directory, "qemu.log"),
    socket: join(directory, RELATIVE.socket),
    pid: join(directory, RELATIVE.pid),
    exit: join(directory, RELATIVE.exit),
  };
}
