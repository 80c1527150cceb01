// QEMU for the command line: one guest in the foreground, nothing recorded. The provider's driver
// is another matter; the two share only what the guest sees.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunVolume, volumeArguments, volumeLines } from "./volumes.ts";

export interface GuestOptions {
  readonly image: string;
  readonly memoryBytes: number;
  readonly ports: readonly { readonly host: number; readonly guest: number }[];
  /** NAME=VALUE. */
  readonly environment: readonly string[];
  readonly arguments: readonly string[];
  readonly volumes: readonly RunVolume[];
  readonly machine: string;
  readonly accelerator: string;
}

/** Boots and waits; returns the guest's exit status. */
export async function runGuest(options: GuestOptions, signal: AbortSignal): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "unikernel-run-"));
  try {
    const configuration = join(directory, "config");
    const told = { ...options, ...volumeLines(options.volumes) };
    await writeFile(configuration, guestConfiguration(told), { mode: 0o600 });
    const consoleLog = join(directory, "console");
    return await runQemu(qemuArguments(options, configuration, consoleLog), consoleLog, signal);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What uk/boot.h's uk_boot_config reads, with the time of now. */
export function guestConfiguration(
  options: Parameters<typeof lastingConfiguration>[0],
  network?: Parameters<typeof lastingConfiguration>[1],
): string {
  return `${lastingConfiguration(options, network)}clock.realtime:${BigInt(Date.now()) * 1_000_000n}\0`;
}

/** The same without what is true only now. */
export function lastingConfiguration(
  options: Pick<GuestOptions, "arguments" | "environment"> & {
    /** DISK=/PATH. */
    readonly volumes?: readonly string[];
    readonly readOnlyVolumes?: readonly string[];
  },
  network?: {
    readonly guest: string;
    readonly prefixBits: number;
    readonly gateway: string;
    readonly dns: string;
  },
): string {
  return [
    "unikernel-config/1",
    ...options.arguments.map((value) => `arg:${value}`),
    ...options.environment.map((value) => `env:${value}`),
    ...(network === undefined
      ? []
      : [
          `net.address:${network.guest}/${network.prefixBits}`,
          `net.gateway:${network.gateway}`,
          `net.dns:${network.dns}`,
        ]),
    ...(options.volumes ?? []).map((value) => `volume:${value}`),
    ...(options.readOnlyVolumes ?? []).map((value) => `volume.read-only:${value}`),
  ]
    .map((line) => `${line}\0`)
    .join("");
}

function qemuArguments(options: GuestOptions, configuration: string, consoleLog: string): string[] {
  const microvm = options.machine === "microvm";
  const forwards = options.ports.map(
    ({ host, guest }) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`,
  );
  return [
    "-nodefaults",
    "-no-user-config",
    "-no-reboot",
    "-display",
    "none",
    "-machine",
    microvm ? "microvm,pic=off,pit=off,rtc=off,acpi=off,isa-serial=on" : options.machine,
    // Half the start of QEMU's full BIOS; the library OS sets PCI up itself.
    ...(microvm ? [] : ["-bios", "qboot.rom"]),
    "-accel",
    options.accelerator,
    "-cpu",
    options.accelerator === "kvm" ? "host" : "max",
    "-m",
    `${Math.ceil(options.memoryBytes / 1024 ** 2)}M`,
    "-kernel",
    options.image,
    "-initrd",
    configuration,
    "-chardev",
    `stdio,id=console,logfile=${consoleLog.replaceAll(",", ",,")}`,
    "-serial",
    "chardev:console",
    "-device",
    "isa-debug-exit,iobase=0xf4,iosize=0x04",
    "-netdev",
    `user,id=net${forwards.join("")}`,
    "-global",
    "virtio-mmio.force-legacy=false",
    "-device",
    microvm ? "virtio-net-device,netdev=net" : "virtio-net-pci,netdev=net,romfile=",
    ...volumeArguments(options.volumes, microvm ? "virtio-blk-device" : "virtio-blk-pci"),
  ];
}

async function runQemu(qemu: string[], consoleLog: string, signal: AbortSignal): Promise<number> {
  // The console is our own stdout, not a pipe to us: Node's pipes are sockets that hold a few
  // hundred of QEMU's single bytes, and its serial port drops what a slow reader leaves no room for.
  const child = spawn("qemu-system-x86_64", qemu, { stdio: ["inherit", "inherit", "pipe"] });
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const status = await new Promise<number>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "ENOENT"
          ? new Error("qemu-system-x86_64 is missing (Debian: apt-get install qemu-system-x86)")
          : error,
      );
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
  signal.throwIfAborted();
  if (complaint) process.stderr.write(complaint);
  // QEMU's own failures also end with 1, but never without a word.
  if (status === 1 && /^qemu-system-x86_64: -/m.test(complaint)) {
    throw new Error("QEMU did not start the guest");
  }
  // Statuses above 126 do not fit through the exit device; the console carries them.
  const tail = (await readFile(consoleLog, "latin1").catch(() => "")).slice(-256);
  return guestStatus(status, tail);
}

/** The guest's exit status from QEMU's, where isa-debug-exit made (v << 1) | 1 of v. */
export function guestStatus(qemuStatus: number, consoleTail: string): number {
  const announced = /\[unikernel\] exit (\d+)\s*$/.exec(consoleTail)?.[1];
  if (announced) return Number(announced);
  return qemuStatus % 2 === 1 ? qemuStatus >> 1 : qemuStatus;
}
