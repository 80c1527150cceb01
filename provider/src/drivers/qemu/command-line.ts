// QEMU's arguments for a guest. Nothing secret may pass through here: everybody can read them.
import type { PortForward } from "../driver.ts";
import { socketName } from "../networks/members.ts";
import type { Attachment } from "../networks/networks.ts";
import { RELATIVE } from "./files.ts";
import { forwardRule } from "./forwards.ts";
import { type QemuVolume, volumeArguments } from "./volumes.ts";

export interface CommandLine {
  readonly id: string;
  readonly imagePath: string;
  readonly memoryBytes: number;
  readonly accelerator: "kvm" | "tcg";
  readonly forwards: readonly PortForward[];
  /** Whether this QEMU can confine itself. */
  readonly isConfined: boolean;
  readonly volumes?: readonly QemuVolume[];
  readonly attachments?: readonly Attachment[];
  /** The descriptor at which QEMU finds the guest's configuration. */
  readonly configurationDescriptor: number;
}

/** The user-mode network's name in QEMU's monitor. */
export const NETWORK = "net0";
/** QEMU's own filter of system calls: no other program, no other user, no other scheduling. */
export const CONFINEMENT: readonly string[] = [
  "-sandbox",
  "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
];
/** The machine that starts fastest; the guest needs none of what is turned off. */
const MACHINE = "microvm,pic=off,pit=off,rtc=off,acpi=off,isa-serial=on";

export function qemuArguments(line: CommandLine): string[] {
  return [
    ...processorArguments(line.accelerator),
    // How a guest's process is recognised, together with its working directory.
    ...nameArguments(line.id),
    ...(line.isConfined ? CONFINEMENT : []),
    ...["-m", `${Math.floor(line.memoryBytes / 1024)}K`],
    ...["-pidfile", RELATIVE.pid],
    ...["-kernel", line.imagePath],
    ...["-initrd", `/dev/fd/${line.configurationDescriptor}`],
    // The supervisor is at the other end. The multiplexer is how it sends a break.
    ...["-chardev", "stdio,id=console,mux=on,signal=off", "-serial", "chardev:console"],
    ...["-netdev", networkArgument(line.forwards)],
    ...["-global", "virtio-mmio.force-legacy=false"],
    ...["-device", `virtio-net-device,netdev=${NETWORK}`],
    ...volumeArguments(line.volumes ?? []),
    ...(line.attachments ?? []).flatMap(attachmentArguments),
    ...["-qmp", `unix:${RELATIVE.socket},server=on,wait=off`],
  ];
}

/** QEMU listens and the network's switch connects: so a switch may end, and another take its place,
 * while the guest runs. (The other way round, QEMU 7.2 would not connect again.) */
function attachmentArguments({ index, mac }: Attachment): string[] {
  const id = `${NETWORK}-${index + 1}`;
  const listen = `server=on,addr.type=unix,addr.path=${socketName(index)}`;
  return [
    ...["-netdev", `stream,id=${id},${listen}`],
    ...["-device", `virtio-net-device,netdev=${id},mac=${mac}`],
  ];
}

function networkArgument(forwards: readonly PortForward[]): string {
  const rules = forwards.map((forward) => `,hostfwd=${forwardRule(forward)}`);
  return `user,id=${NETWORK}${rules.join("")}`;
}

/** The same arguments with other forwards, for the next start of a guest whose ports have moved. */
export function withForwards(
  args: readonly string[],
  forwards: readonly PortForward[],
): readonly string[] {
  const isNetwork = (arg: string) =>
    arg === networkArgument([]) || arg.startsWith(`${networkArgument([])},`);
  return args.map((arg) => (isNetwork(arg) ? networkArgument(forwards) : arg));
}

/** The machine alone; the accelerator's probe runs on the same. */
export function processorArguments(accelerator: "kvm" | "tcg"): string[] {
  return [
    ...["-M", MACHINE],
    ...["-accel", accelerator, "-cpu", accelerator === "kvm" ? "host" : "max"],
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=0x4"],
  ];
}

export function nameArguments(id: string): [string, string] {
  return ["-name", `guest=${id}`];
}
