// A switch with guests that are sockets of the test, for network-switch.test.ts: what stands on the
// wire, both ways.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { poll } from "../../provider/src/guests/wait.ts";
import { ensureSwitch, openStore } from "../../toolchain/src/index.ts";

const AGAINST_SLOW_MACHINES = { everyMs: 5, timeoutMs: 10_000 };
export const BROADCAST = "ff:ff:ff:ff:ff:ff";
export const SWITCH = { mac: "02:75:0a:07:00:01", address: "10.7.0.1" };

export const bytesOf = (mac: string) => Buffer.from(mac.replaceAll(":", ""), "hex");
export const ipBytes = (address: string) => Buffer.from(address.split(".").map(Number));
export const word = (value: number) => Buffer.from([value >> 8, value & 255]);

/** A guest's side: it listens, as QEMU does. */
export class WireGuest {
  readonly mac: string;
  readonly address: string;
  readonly #server: Server;
  socket: Socket | undefined;
  frames: Buffer[] = [];
  #rest = Buffer.alloc(0);

  constructor(path: string, mac: string, address: string) {
    this.mac = mac;
    this.address = address;
    this.#server = createServer((socket) => {
      this.socket = socket;
      this.#rest = Buffer.alloc(0);
      socket.on("data", (bytes) => this.#receive(bytes));
      socket.on("error", () => undefined);
      socket.on("close", () => {
        if (this.socket === socket) this.socket = undefined;
      });
    });
    this.#server.listen(path);
  }

  send(...frames: readonly Uint8Array[]): void {
    for (const frame of frames) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(frame.length);
      this.socket?.write(Buffer.concat([length, frame]));
    }
  }

  /** The first frame that fits, from those that have arrived or will. */
  async receives(fits: (frame: Buffer) => boolean): Promise<Buffer> {
    const found = await poll(() => {
      const index = this.frames.findIndex(fits);
      return index < 0 ? undefined : this.frames.splice(index, 1)[0];
    }, AGAINST_SLOW_MACHINES);
    if (found === undefined) throw new Error(`${this.address} did not receive it`);
    return found;
  }

  close(): void {
    this.socket?.destroy();
    this.#server.close();
  }

  #receive(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readUInt32BE()) {
      const length = this.#rest.readUInt32BE();
      this.frames.push(this.#rest.subarray(4, 4 + length));
      this.#rest = this.#rest.subarray(4 + length);
    }
  }
}

export class SwitchHome {
  readonly directory: string;
  #child: ChildProcess | undefined;
  output = "";

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(members: string): Promise<SwitchHome> {
    const home = new SwitchHome(await mkdtemp(join(tmpdir(), "unikernel-switch-")));
    await home.members(members);
    return home;
  }

  async start(): Promise<void> {
    const child = spawn(
      await ensureSwitch(openStore()),
      ["--network", "test", "members", "control"],
      { cwd: this.directory, stdio: ["ignore", "ignore", "pipe"] },
    );
    child.stderr?.on("data", (text: Buffer) => {
      this.output += text.toString();
    });
    this.#child = child;
  }

  running(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  async members(text: string): Promise<void> {
    await writeFile(join(this.directory, "members"), text);
  }

  /** What the switch says after it has read its file again. */
  ask(): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(join(this.directory, "control"));
      let answer = "";
      socket.on("data", (bytes) => {
        answer += bytes.toString();
      });
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(answer));
    });
  }

  /** All guests of the file are connected. */
  async connected(): Promise<void> {
    const answer = await poll(async () => {
      const text = await this.ask();
      return text.startsWith("ok\n") && !text.includes("waiting") ? text : undefined;
    }, AGAINST_SLOW_MACHINES);
    if (answer === undefined) throw new Error(`not all guests are connected: ${this.output}`);
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#child?.once("exit", resolve));
    if (this.running()) {
      this.#child?.kill("SIGKILL");
      await ended;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export function ethernet(to: string, from: string, type: number, content: Uint8Array): Buffer {
  return Buffer.concat([bytesOf(to), bytesOf(from), word(type), content]);
}

export interface Udp {
  readonly to: string;
  readonly from: string;
  readonly source: string;
  readonly target: string;
  readonly sourcePort: number;
  readonly targetPort: number;
}

export function udp(where: Udp, content: Uint8Array): Buffer {
  const header = Buffer.concat([
    Buffer.from([0x45, 0]),
    word(28 + content.length),
    Buffer.from([0, 0, 0, 0, 64, 17, 0, 0]),
    ipBytes(where.source),
    ipBytes(where.target),
    word(where.sourcePort),
    word(where.targetPort),
    word(8 + content.length),
    word(0),
  ]);
  return ethernet(where.to, where.from, 0x0800, Buffer.concat([header, content]));
}

export function arpRequest(mac: string, sender: string, target: string): Buffer {
  const content = Buffer.concat([
    Buffer.from([0, 1, 8, 0, 6, 4, 0, 1]),
    bytesOf(mac),
    ipBytes(sender),
    Buffer.alloc(6),
    ipBytes(target),
  ]);
  return ethernet(BROADCAST, mac, 0x0806, content);
}

/** What stands behind the headers of a UDP packet. */
export const payload = (frame: Buffer) => frame.subarray(42);
export const isUdpTo = (port: number) => (frame: Buffer) =>
  frame.readUInt16BE(12) === 0x0800 && frame[23] === 17 && frame.readUInt16BE(36) === port;

export function question(name: string, type = 1, id = 0x1234): Buffer {
  const labels = name.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.concat([
    Buffer.concat([word(id), word(0x0100), word(1), word(0), word(0), word(0)]),
    Buffer.from([...labels, 0]),
    Buffer.concat([word(type), word(1)]),
  ]);
}

export function dhcp(mac: string, options: readonly number[], flags = 0): Buffer {
  const request = Buffer.alloc(240);
  request.set([1, 1, 6]);
  request.writeUInt32BE(0xcafe_f00d, 4);
  request.writeUInt16BE(flags, 10);
  request.set(bytesOf(mac), 28);
  request.writeUInt32BE(0x6382_5363, 236);
  return Buffer.concat([request, Buffer.from([...options, 255])]);
}
