// A guest that serves HTTP on a namespace's tap while a measurement runs.
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { guestAddress, type TapNamespace } from "./namespace.ts";
import { type Bootable, type Machine, qemuCommand, startGuest } from "./qemu.ts";

const url = `http://${guestAddress}:8080/`;

export async function serving<T>(
  namespace: TapNamespace,
  bootable: Bootable,
  machine: Machine,
  measure: (url: string) => Promise<T>,
): Promise<T> {
  namespace.renewTap();
  const command = qemuCommand(bootable, machine, { backend: namespace.backend });
  const guest = startGuest(command, namespace.wrap);
  try {
    const [program = "", ...args] = namespace.wrap([
      "curl",
      "-sf",
      "-m",
      "1",
      "-o",
      "/dev/null",
      url,
    ]);
    for (let attempt = 0; ; attempt++) {
      try {
        await promisify(execFile)(program, args);
        break;
      } catch {
        if (attempt === 60) throw new Error(`no answer from ${url}:\n${guest.console()}`);
        await sleep(200);
      }
    }
    return await measure(url);
  } finally {
    await guest.stop();
  }
}
