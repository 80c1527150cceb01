// A domain's console through a stream of libvirt's. Reading waits on a worker thread of its own
// until there is something or the stream ends.
import { Duplex } from "node:stream";
import type { Connection } from "./connections.ts";
import type { Pointer } from "./library.ts";

const CHUNK_BYTES = 4096;

export class ConsoleStream extends Duplex {
  readonly #connection: Connection;
  readonly #stream: Pointer;
  #isOver = false;

  constructor(connection: Connection, stream: Pointer) {
    super();
    this.#connection = connection;
    this.#stream = stream;
  }

  /** Hands on what arrives; returns when nothing more will. */
  async run(): Promise<void> {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    try {
      for (;;) {
        const length = await this.#call("virStreamRecv", chunk, chunk.length);
        if (length <= 0 || this.#isOver) break;
        this.push(Buffer.from(chunk.subarray(0, length)));
      }
    } catch {
      // The guest has ended, or somebody has let go of the stream.
    }
    if (!this.#isOver) await this.#call("virStreamAbort").catch(() => undefined);
    this.#isOver = true;
    this.push(null);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#send(chunk).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const isOver = this.#isOver;
    this.#isOver = true;
    const release = isOver ? Promise.resolve(0) : this.#call("virStreamAbort");
    release.then(
      () => done(error),
      () => done(error),
    );
  }

  async #send(chunk: Buffer): Promise<void> {
    for (let sent = 0; sent < chunk.length; ) {
      const part = chunk.subarray(sent);
      sent += await this.#call("virStreamSend", part, part.length);
    }
  }

  #call(name: "virStreamRecv" | "virStreamSend" | "virStreamAbort", ...args: readonly unknown[]) {
    return this.#connection.call(name, this.#stream, ...args);
  }
}
