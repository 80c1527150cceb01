// One run of a test program as a guest of a Xen host.
import { readFile } from "node:fs/promises";
import { guestConfiguration } from "../../toolchain/src/cli/qemu.ts";
import { parseMemory } from "../../toolchain/src/cli/run.ts";
import type { NestedXen } from "../support/xen/nested-xen.ts";
import type { Disk } from "./guest-disk.ts";
import type { GuestResult, GuestRun } from "./guest-program.ts";

let count = 0;

/** Starts a guest with an interface on the host's bridge; its configuration says which address. */
export async function startXenServer(
  host: NestedXen,
  image: string,
  configuration: string,
): Promise<{ stop(): Promise<void> }> {
  const name = `guest${++count}`;
  const path = `/guests/${name}`;
  await host.put(`${path}.image`, await readFile(image));
  await host.put(`${path}.configuration`, Buffer.from(configuration));
  const lines = [...description(name, path, 32), 'vif=["bridge=xenbr0"]'];
  await host.put(`${path}.cfg`, Buffer.from(lines.join("\n")));
  const output = await host.run(`xl create ${path}.cfg; rm ${path}.*; xl domid ${name}`);
  if (!/^\d+\s*$/m.test(output)) throw new Error(`the guest did not start:\n${output}`);
  return { stop: async () => void (await host.run(`xl destroy ${name}`)) };
}

/** What xl is told of every guest. */
function description(name: string, path: string, memoryMiB: number): string[] {
  return [
    `name="${name}"`,
    'type="pvh"',
    "vcpus=1",
    `memory=${memoryMiB}`,
    `kernel="${path}.image"`,
    `ramdisk="${path}.configuration"`,
    'on_poweroff="destroy"',
    'on_crash="destroy"',
  ];
}

export async function runXenProgram(
  host: NestedXen,
  image: string,
  run: GuestRun,
  timeoutMs: number,
): Promise<GuestResult> {
  const name = `guest${++count}`;
  const path = `/guests/${name}`;
  await host.put(`${path}.image`, await readFile(image));
  const disks = run.disks.map((disk, index) => ({
    ...disk,
    device: `xvd${String.fromCharCode(97 + index)}`,
    path: `${path}.disk${index}`,
  }));
  const names = disks.map(({ device, name: diskName }) => `disk:${device}=${diskName}\0`);
  const configuration = Buffer.from(guestConfiguration(run) + names.join(""));
  await host.put(`${path}.configuration`, configuration);
  const parts = disks.map(({ path: file, device, readOnly }) => {
    return `"phy:${file}.device,${device},${readOnly ? "r" : "w"}"`;
  });
  await host.put(
    `${path}.cfg`,
    Buffer.from(
      [
        ...description(name, path, Math.ceil(parseMemory(run.memory) / 2 ** 20)),
        `disk=[${parts.join(",")}]`,
      ].join("\n"),
    ),
  );
  // In front, xl ends when the guest has ended.
  const output = await host.run(`
    ${disks.map(making).join("\n")}
    timeout ${timeoutMs / 1000} xl create -F ${path}.cfg >${path}.log 2>&1 &
    ${run.input === "" ? "" : typing(name, run.input)}
    ${run.stopAfter === undefined ? "" : asking(name, run.stopAfter)}
    wait
    xl destroy ${name} 2>/dev/null
    for device in ${path}.disk*.device; do
      [ -e $device ] && losetup -d $(readlink $device)
    done
    rm ${path}.image ${path}.configuration ${path}.cfg ${path}.disk* 2>/dev/null
    if [ -e ${log(name)} ]; then cat ${log(name)}; else cat ${path}.log; fi`);
  return { status: exitStatus(output), console: output };
}

/** What the guest said, by xenconsoled. */
function log(name: string): string {
  return `/var/log/xen/console/guest-${name}.log`;
}

/** Makes a disk and a device of the host for it. */
function making(disk: Disk & { readonly path: string }): string {
  const { path, sizeBytes, holding } = disk;
  return `
    truncate -s ${sizeBytes} ${path}
    ${holding === undefined ? "" : `printf ${holding} | dd of=${path} bs=1 seek=1080 conv=notrunc 2>/dev/null`}
    device=$(losetup -f)
    losetup $device ${path}
    ln -s $device ${path}.device`;
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

/** Asks the guest to end once it shows a text; one that ended without it is not waited for. */
function asking(name: string, text: string): string {
  return `
    until grep -q '${text}' ${log(name)} 2>/dev/null || ! kill -0 $! 2>/dev/null; do
      sleep 0.1
    done
    xl shutdown ${name}`;
}

/** On Xen every status is a line; a guest that did not come to it has -1. */
function exitStatus(output: string): number {
  const line = /\[unikernel\] exit (\d+)\s*$/.exec(output)?.[1];
  return line === undefined ? -1 : Number(line);
}
