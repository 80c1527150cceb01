// Starts QEMU for a benchmark: TCG, no devices but those asked for, killed when done.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type Machine = "microvm" | "pc";

/** Everything a guest needs beside its network card. */
export interface Bootable {
  readonly kernel: string;
  readonly initrd?: string;
  readonly append?: string;
  readonly memoryMiB: number;
  /** Options behind the machine's name, e.g. "pit=off". */
  readonly microvmOptions?: string;
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
  const device = machine === "microvm" ? "virtio-net-device" : "virtio-net-pci";
  return [
    "qemu-system-x86_64",
    ...["-accel", "tcg", "-cpu", "max", "-M", `${machine}${machineOptions}`],
    ...["-m", String(bootable.memoryMiB), "-nodefaults", "-no-user-config", "-no-reboot"],
    ...["-display", "none", "-vga", "none", "-serial", "stdio"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=0x4"],
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

function probe(url: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(url, { agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(false));
    call.on("close", () => resolve(false));
    call.end();
  });
}

/**
 * Milliseconds from the start of QEMU to the first HTTP 200. A connection that user-mode
 * networking accepts before the guest listens would wait for a retransmission, so fresh ones are
 * opened every few milliseconds, for every peer alike.
 */
export async function firstResponseMs(
  guest: RunningGuest,
  url: string,
  timeoutMs = 30_000,
): Promise<number> {
  let answeredAt = 0;
  const inFlight = new Set<Promise<void>>();
  while (answeredAt === 0) {
    if (performance.now() - guest.startedAt > timeoutMs || guest.process.exitCode !== null) {
      throw new Error(`no answer from ${url} within ${timeoutMs} ms:\n${guest.console()}`);
    }
    if (inFlight.size < 32) {
      const attempt: Promise<void> = probe(url, 1000).then((answered) => {
        if (answered && answeredAt === 0) answeredAt = performance.now();
        inFlight.delete(attempt);
      });
      inFlight.add(attempt);
    }
    await sleep(3);
  }
  return answeredAt - guest.startedAt;
}

/** A port on the loopback address that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
