// Connections to one libvirt host. Each serves one call at a time, because libvirt keeps the
// latest error with the connection; several guests are handled at once over several of them.
import { LibvirtError } from "./errors.ts";
import { Library, type Pointer } from "./library.ts";
import type { FunctionName } from "./prototypes.ts";
import { quietUri } from "./uri.ts";

const CONNECTIONS_MAX = 4;
/** After so long a connection may have been closed by the other side. */
const FRESH_MS = 1_000;

/** One connection, for as long as somebody has it to himself. */
export class Connection {
  readonly pointer: Pointer;
  readonly #library: Library;

  constructor(library: Library, pointer: Pointer) {
    this.#library = library;
    this.pointer = pointer;
  }

  async call<Result = number>(name: FunctionName, ...args: readonly unknown[]): Promise<Result> {
    return (await this.#library.call(this.pointer, name, args)) as Result;
  }

  /** Gives an object of libvirt's back when it has been used. */
  async using<Result>(
    object: Promise<Pointer>,
    free: FunctionName,
    use: (object: Pointer) => Promise<Result>,
  ): Promise<Result> {
    const pointer = await object;
    try {
      return await use(pointer);
    } finally {
      await this.call(free, pointer);
    }
  }

  /** The first IPv4 address in a list of interfaces that libvirt returns through a pointer. */
  async firstAddress(
    list: (array: [Pointer | null]) => Promise<number>,
  ): Promise<string | undefined> {
    const found = await this.each(list, "virDomainInterfaceFree", async (networkInterface) =>
      this.#library.addressesOf(networkInterface),
    );
    return found.flat().find((address) => address.includes("."));
  }

  /** Uses each element of a list that libvirt returns through a pointer. */
  async each<Result>(
    list: (array: [Pointer | null]) => Promise<number>,
    free: FunctionName,
    use: (object: Pointer) => Promise<Result>,
  ): Promise<Result[]> {
    const array: [Pointer | null] = [null];
    const length = await list(array);
    const results: Result[] = [];
    const left = this.#library.takeArray(array[0], length);
    try {
      for (let object = left.shift(); object !== undefined; object = left.shift()) {
        results.push(await this.using(Promise.resolve(object), free, use));
      }
    } finally {
      for (const object of left) await this.call(free, object);
    }
    return results;
  }
}

interface Idle {
  readonly connection: Connection;
  readonly sinceMs: number;
}

export class Connections {
  readonly uri: string;
  readonly #idle: Idle[] = [];
  #open = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(uri: string) {
    this.uri = uri;
  }

  /** Throws a LibvirtError when the host cannot be reached, a MissingLibvirtError without libvirt. */
  async use<Result>(use: (connection: Connection) => Promise<Result>): Promise<Result> {
    while (this.#idle.length === 0 && this.#open >= CONNECTIONS_MAX) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#open += this.#idle.length === 0 ? 1 : 0;
    const idle = this.#idle.pop();
    let connection: Connection | undefined;
    let sinceMs = -FRESH_MS;
    try {
      connection = await this.#ready(idle);
      const result = await use(connection);
      sinceMs = performance.now();
      return result;
    } finally {
      if (connection === undefined) this.#open--;
      else this.#idle.push({ connection, sinceMs });
      this.#waiting.shift()?.();
    }
  }

  async close(): Promise<void> {
    for (const { connection } of this.#idle.splice(0)) {
      this.#open--;
      await connection.call("virConnectClose", connection.pointer);
    }
  }

  /** A connection that was left alone for a while is asked whether it still is one. */
  async #ready(idle: Idle | undefined): Promise<Connection> {
    if (idle !== undefined) {
      const { connection, sinceMs } = idle;
      if (performance.now() - sinceMs < FRESH_MS) return connection;
      try {
        await connection.call("virConnectGetLibVersion", connection.pointer, [0]);
        return connection;
      } catch {
        await connection.call("virConnectClose", connection.pointer).catch(() => undefined);
      }
    }
    const library = Library.load();
    try {
      return new Connection(library, await library.open(quietUri(this.uri)));
    } catch (error) {
      if (!(error instanceof LibvirtError)) throw error;
      throw new LibvirtError(
        error.code,
        `libvirt at ${this.uri} cannot be reached: ${error.message}; see that libvirtd runs there and that this user may use it (group libvirt)`,
      );
    }
  }
}
