// One run of a test program as a guest of a Xen host.
import { readFile } from "node:fs/promises";
import { guestConfiguration } from "../../toolchain/src/cli/qemu.ts";
import { parseMemory } from "../../toolchain/src/cli/run.ts";
import type { NestedXen } from "../support/xen/nested-xen.ts";
import type { GuestResult, GuestRun } from "./guest-program.ts";

let count = 0;

export async function runXenProgram(
  host: NestedXen,
  image: string,
  run: GuestRun,
  timeoutMs: number,
): Promise<GuestResult> {
  const name = `guest${++count}`;
  const path = `/guests/${name}`;
  await host.put(`${path}.image`, await readFile(image));
  await host.put(`${path}.configuration`, Buffer.from(guestConfiguration(run)));
  await host.put(
    `${path}.cfg`,
    Buffer.from(
      [
        `name="${name}"`,
        'type="pvh"',
        "vcpus=1",
        `memory=${Math.ceil(parseMemory(run.memory) / 2 ** 20)}`,
        `kernel="${path}.image"`,
        `ramdisk="${path}.configuration"`,
        'on_poweroff="destroy"',
        'on_crash="destroy"',
      ].join("\n"),
    ),
  );
  // In front, xl ends when the guest has ended.
  const output = await host.run(`
    timeout ${timeoutMs / 1000} xl create -F ${path}.cfg >${path}.log 2>&1 &
    ${run.input === "" ? "" : typing(name, run.input)}
    wait
    xl destroy ${name} 2>/dev/null
    rm ${path}.image ${path}.configuration ${path}.cfg
    if [ -e ${log(name)} ]; then cat ${log(name)}; else cat ${path}.log; fi`);
  return { status: exitStatus(output), console: output };
}

/** What the guest said, by xenconsoled. */
function log(name: string): string {
  return `/var/log/xen/console/guest-${name}.log`;
}

/** Writes to the guest's console once it has one. */
function typing(name: string, text: string): string {
  return `
    until terminal=$(xenstore-read /local/domain/$(xl domid ${name} 2>/dev/null)/console/tty \\
        2>/dev/null); do
      sleep 0.1
    done
    printf '%s' '${text}' >$terminal`;
}

/** On Xen every status is a line; a guest that did not come to it has -1. */
function exitStatus(output: string): number {
  const line = /\[unikernel\] exit (\d+)\s*$/.exec(output)?.[1];
  return line === undefined ? -1 : Number(line);
}
