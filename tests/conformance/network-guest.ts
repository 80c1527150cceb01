// One guest with a network, reachable through user-mode networking, for network.test.ts.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guestConfiguration } from "../../toolchain/src/cli/qemu.ts";
import { freePort } from "../support/free-port.ts";

export { freePort } from "../support/free-port.ts";

const START_TIMEOUT_MS = 60_000;

export interface NetworkGuest {
  readonly port: number;
  /** What it has written so far. */
  console(): string;
  running(): boolean;
  stop(): Promise<void>;
}

export interface Hardware {
  readonly machine: string;
  readonly device: string;
  readonly memory?: string;
  readonly extra?: readonly string[];
  /** Its address in QEMU's own network; without it the guest asks by DHCP. */
  readonly network?: GuestNetwork;
}

export type GuestNetwork = NonNullable<Parameters<typeof guestConfiguration>[1]>;

/** Boots an image and waits until its console says that it listens. */
export async function startNetworkGuest(image: string, hardware: Hardware): Promise<NetworkGuest> {
  const directory = mkdtempSync(join(tmpdir(), "unikernel-network-"));
  const configuration = join(directory, "config");
  writeFileSync(
    configuration,
    guestConfiguration({ arguments: [], environment: [] }, hardware.network),
  );
  const port = await freePort();
  const child = spawn(
    "qemu-system-x86_64",
    [
      ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
      ...["-accel", "tcg", "-cpu", "max", "-machine", hardware.machine],
      ...["-m", hardware.memory ?? "32M", "-serial", "stdio", ...(hardware.extra ?? [])],
      ...["-kernel", image, "-initrd", configuration],
      ...["-netdev", `user,id=n0,hostfwd=tcp:127.0.0.1:${port}-:80`, "-device", hardware.device],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const guest: NetworkGuest = {
    port,
    console: () => output,
    running: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!output.includes("listening on port")) {
    if (Date.now() > deadline || !guest.running()) {
      await guest.stop();
      throw new Error(`the guest did not start to listen:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return guest;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

export interface Conversation {
  readonly text: string;
  /** How the server ended: it closed, it reset the connection, or time ran out. */
  readonly end: "closed" | "reset" | "timeout";
}

/** Sends bytes, in pieces if there are several, and collects what comes until the end. */
export async function converse(
  port: number,
  pieces: string | readonly string[],
  options: {
    readonly halfClose?: boolean;
    readonly timeoutMs?: number;
    readonly localPort?: number;
  } = {},
): Promise<Conversation> {
  const { localPort } = options;
  const socket: Socket = connect({ port, host: "127.0.0.1", localPort, allowHalfOpen: true });
  let text = "";
  const finished = new Promise<Conversation["end"]>((resolve) => {
    socket.setTimeout(options.timeoutMs ?? 20_000, () => resolve("timeout"));
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    socket.on("end", () => resolve("closed"));
    socket.on("error", () => resolve("reset"));
    socket.on("close", () => resolve("closed"));
  });
  for (const piece of typeof pieces === "string" ? [pieces] : pieces) {
    socket.write(Buffer.from(piece, "latin1"));
    if (typeof pieces !== "string") await new Promise((resolve) => setTimeout(resolve, 4));
  }
  if (options.halfClose) socket.end();
  const how = await finished;
  socket.destroy();
  return { text, end: how };
}
