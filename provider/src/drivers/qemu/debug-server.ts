// QEMU's own server for debuggers, for as long as one is at work: at a socket in the guest's
// directory, where nobody else comes.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { GuestFiles } from "./files.ts";
import { withMonitor } from "./qmp.ts";

/** As QEMU sees it, whose working directory is the guest's. */
const SOCKET = "gdb.sock";

/** `fromStart` begins the guest anew; it waits for the debugger before its first instruction. */
export async function withDebugServer<Result>(
  files: GuestFiles,
  fromStart: boolean,
  use: (socketName: string) => Promise<Result>,
): Promise<Result> {
  await rm(join(files.directory, SOCKET), { force: true });
  await withMonitor(files.socket, async (qmp) => {
    const answer = (await qmp.human(`gdbserver unix:${SOCKET},server=on,wait=off`)).trim();
    if (!answer.startsWith("Waiting for gdb connection")) {
      throw new Error(`QEMU does not let debuggers in: ${answer}`);
    }
    if (!fromStart) return;
    await qmp.execute("stop");
    // Guests are started such that a reset of their own ends QEMU.
    await qmp.execute("set-action", { reboot: "reset" });
    await qmp.execute("system_reset");
  });
  try {
    return await use(SOCKET);
  } finally {
    await withMonitor(files.socket, async (qmp) => {
      await qmp.human("gdbserver none");
      await qmp.execute("set-action", { reboot: "shutdown" });
      await qmp.execute("cont");
      // The guest may have ended meanwhile.
    }).catch(() => undefined);
    await rm(join(files.directory, SOCKET), { force: true });
  }
}
