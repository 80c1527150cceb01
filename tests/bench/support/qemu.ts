// Starts QEMU for a benchmark: TCG, no devices but those asked for, killed when done.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export { freePort } from "../../support/free-port.ts";

export type Machine = "microvm" | "pc";

/** Everything a guest needs beside its network card. */
export interface Bootable {
  readonly kernel: string;
  readonly initrd?: string;
  readonly append?: string;
  readonly memoryMiB: number;
  /** Options behind the machine's name, e.g. "pit=off". */
  readonly microvmOptions?: string;
  /** Firmware for pc, for a kernel that needs nothing of the BIOS: "qboot.rom". */
  readonly firmware?: string;
}

export interface Network {
  /** The value of -netdev, without its id. */
  readonly backend: string;
}

/** Runs a command in a network namespace, or as it is. */
export type Wrapper = (command: readonly string[]) => readonly string[];
export const direct: Wrapper = (command) => command;

export function qemuCommand(bootable: Bootable, machine: Machine, network?: Network): string[] {
  const machineOptions =
    machine === "microvm" && bootable.microvmOptions ? `,${bootable.microvmOptions}` : "";
  // Without the boot ROM of the card, which no kernel given to QEMU needs.
  const device = machine === "microvm" ? "virtio-net-device" : "virtio-net-pci,romfile=";
  return [
    "qemu-system-x86_64",
    ...["-accel", "tcg", "-cpu", "max", "-M", `${machine}${machineOptions}`],
    ...["-m", String(bootable.memoryMiB), "-nodefaults", "-no-user-config", "-no-reboot"],
    ...["-display", "none", "-vga", "none", "-serial", "stdio"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=0x4"],
    ...(machine === "pc" && bootable.firmware ? ["-bios", bootable.firmware] : []),
    ...["-kernel", bootable.kernel],
    ...(bootable.initrd ? ["-initrd", bootable.initrd] : []),
    ...(bootable.append ? ["-append", bootable.append] : []),
    ...(network ? ["-netdev", `${network.backend},id=n0`, "-device", `${device},netdev=n0`] : []),
  ].filter((word) => word !== "");
}

export interface RunningGuest {
  readonly process: ChildProcess;
  readonly startedAt: number;
  console(): string;
  stop(): Promise<void>;
}

export function startGuest(command: readonly string[], wrapper: Wrapper = direct): RunningGuest {
  const [program = "", ...args] = wrapper(command);
  const startedAt = performance.now();
  const process = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  process.stdout?.on("data", (data: Buffer) => {
    output = (output + data.toString("latin1")).slice(-20_000);
  });
  process.stderr?.on("data", (data: Buffer) => {
    output = (output + data.toString("latin1")).slice(-20_000);
  });
  return {
    process,
    startedAt,
    console: () => output,
    async stop() {
      if (process.exitCode !== null || process.signalCode !== null) return;
      const ended = once(process, "exit");
      process.kill("SIGKILL");
      await ended;
    },
  };
}

/** Milliseconds from the start of QEMU to its end. */
export async function startToExitMs(
  command: readonly string[],
  timeoutMs = 20_000,
): Promise<number> {
  const guest = startGuest(command);
  const timer = setTimeout(() => guest.process.kill("SIGKILL"), timeoutMs);
  const [code] = await once(guest.process, "exit");
  const elapsed = performance.now() - guest.startedAt;
  clearTimeout(timer);
  if (code === null)
    throw new Error(`the guest did not end within ${timeoutMs} ms:\n${guest.console()}`);
  return elapsed;
}

/** Whether one GET on a connection of its own is answered with 200 in time. */
function probe(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    socket.setTimeout(timeoutMs, () => socket.destroy());
    socket.on("error", () => resolve(false));
    socket.on("close", () => resolve(false));
    socket.on("data", (data) => {
      resolve(data.toString("latin1").startsWith("HTTP/1.1 200"));
      socket.destroy();
    });
    socket.write("GET / HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n");
  });
}

// User-mode networking keeps early connections and hands them all over when the guest comes up;
// the Unikraft peer crashes on more than about thirty.
const attemptsAtOnce = 4;
const shortestPatienceMs = 100;

/**
 * Milliseconds from the start of QEMU to the first HTTP 200. A connection made before the guest
 * listens may also be lost, so there are always several, and fresh ones follow.
 */
export async function firstResponseMs(
  guest: RunningGuest,
  port: number,
  timeoutMs = 30_000,
): Promise<number> {
  let answeredAt = 0;
  const inFlight = new Set<Promise<void>>();
  while (answeredAt === 0) {
    if (performance.now() - guest.startedAt > timeoutMs || guest.process.exitCode !== null) {
      const elapsedMs = Math.round(performance.now() - guest.startedAt);
      throw new Error(`no answer on port ${port} after ${elapsedMs} ms:\n${guest.console()}`);
    }
    const patienceMs = Math.max(shortestPatienceMs, (performance.now() - guest.startedAt) / 4);
    if (inFlight.size < attemptsAtOnce) {
      const attempt: Promise<void> = probe(port, patienceMs).then((answered) => {
        if (answered && answeredAt === 0) answeredAt = performance.now();
        inFlight.delete(attempt);
      });
      inFlight.add(attempt);
    }
    await sleep(3);
  }
  return answeredAt - guest.startedAt;
}
