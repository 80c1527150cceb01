// A client of QEMU's machine protocol: one short connection, a few commands, closed again.
// QEMU serves one client at a time, so nobody may stay connected.
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { printable } from "../../guests/printable.ts";

const ANSWER_TIMEOUT_MS = 5_000;
/** A Unix socket's address holds 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_BYTES_MAX = 103;

/** A guest may have taken QEMU over: neither a line nor unasked answers may fill our memory. */
const LINE_LENGTH_MAX = 2 ** 22;
const REPLIES_MAX = 64;

interface Reply {
  readonly QMP?: object;
  readonly event?: string;
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

export class Qmp {
  readonly #socket: Socket;
  #text = "";
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | undefined;
  #replies: Reply[] = [];
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => this.#receive(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("QEMU closed its monitor's connection")));
  }

  /** Fails with ECONNREFUSED or ENOENT when no QEMU listens there. */
  static async connect(socketPath: string): Promise<Qmp> {
    return withShortPath(socketPath, async (path) => {
      const client = new Qmp(await open(path));
      try {
        await client.#next();
        await client.execute("qmp_capabilities");
        return client;
      } catch (error) {
        client.close();
        throw error;
      }
    });
  }

  async execute(command: string, parameters: object = {}): Promise<unknown> {
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: parameters })}\n`);
    const reply = await this.#next();
    if (reply.error !== undefined) throw new Error(`QEMU refused ${command}: ${reply.error.desc}`);
    return reply.return;
  }

  /** A command of the human monitor, for what the machine protocol lacks. */
  async human(line: string): Promise<string> {
    return String(await this.execute("human-monitor-command", { "command-line": line }));
  }

  close(): void {
    this.#socket.destroy();
  }

  #next(): Promise<Reply> {
    const ready = this.#replies.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(new Error(`QEMU did not answer within ${ANSWER_TIMEOUT_MS / 1000} s`)),
        ANSWER_TIMEOUT_MS,
      );
      this.#waiting = {
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(reply);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
    });
  }

  #receive(chunk: string): void {
    const lines = (this.#text + chunk).split("\n");
    this.#text = lines.pop() ?? "";
    if (this.#text.length > LINE_LENGTH_MAX || this.#replies.length > REPLIES_MAX) {
      this.#fail(new Error("QEMU's monitor sends without end"));
      return;
    }
    for (const line of lines) {
      if (line.trim() === "") continue;
      let reply: Reply;
      try {
        reply = parseReply(line);
      } catch {
        this.#fail(new Error(`QEMU's monitor sent no answer: ${printable(line.slice(0, 80))}`));
        return;
      }
      if (reply.event !== undefined) continue;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#replies.push(reply);
      else waiting.resolve(reply);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#failure);
    this.#socket.destroy();
  }
}

function parseReply(line: string): Reply {
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null) throw new Error("not an object");
  return value;
}

/** One connection for a few commands. */
export async function withMonitor<Result>(
  socketPath: string,
  use: (qmp: Qmp) => Promise<Result>,
): Promise<Result> {
  const qmp = await Qmp.connect(socketPath);
  try {
    return await use(qmp);
  } finally {
    qmp.close();
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/** Where a path is too long for a socket's address, a short link to its directory is used. */
export async function withShortPath<Result>(
  socketPath: string,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  if (Buffer.byteLength(socketPath) <= SOCKET_PATH_BYTES_MAX) return use(socketPath);
  const directory = await mkdtemp(join(tmpdir(), "unikernel-"));
  try {
    const link = join(directory, "guest");
    await symlink(dirname(socketPath), link);
    return await use(join(link, basename(socketPath)));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
