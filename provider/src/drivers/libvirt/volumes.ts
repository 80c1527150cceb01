// Volumes in one storage pool of a libvirt host: how files get there and back, wherever it is.
import type { Connection, Connections } from "./connections.ts";
import { ErrorCode, unless } from "./errors.ts";
import type { Pointer } from "./library.ts";
import { directoryIn, poolXml, volumeXml } from "./storage-xml.ts";

const CREATE_WITH_DIRECTORY = 1;
const CHUNK_BYTES = 256 * 1024;

export interface Pool {
  readonly name: string;
  /** Its directory, where it has to be made. A pool of that name is taken as it is. Absent where
   * only the user knows one. */
  readonly directory?: string;
}

export interface WriteOptions {
  readonly mode: "0600" | "0644";
  readonly progress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

export class Volumes {
  readonly #connections: Connections;
  readonly #pool: Pool;

  constructor(connections: Connections, pool: Pool) {
    this.#connections = connections;
    this.#pool = pool;
  }

  /** Makes the pool, or starts it, as after a restart of the host. Gives its directory there. */
  async ensurePool(): Promise<string> {
    return this.#connections.use((connection) =>
      connection.using(this.#definedPool(connection), "virStoragePoolFree", async (pool) => {
        if ((await connection.call("virStoragePoolIsActive", pool)) === 0) {
          await unless(
            // Somebody else was faster.
            ErrorCode.operationInvalid,
            connection.call("virStoragePoolCreate", pool, CREATE_WITH_DIRECTORY),
            0,
          );
        }
        return directoryIn(await connection.call<string>("virStoragePoolGetXMLDesc", pool, 0));
      }),
    );
  }

  /** The names; none when there is no pool. */
  async list(): Promise<string[]> {
    const names = this.inPool((connection, pool) =>
      connection.each(
        (array) => connection.call("virStoragePoolListAllVolumes", pool, array, 0),
        "virStorageVolFree",
        (volume) => connection.call<string>("virStorageVolGetName", volume),
      ),
    );
    return (await names) ?? [];
  }

  /** Its path on the host. */
  async path(name: string): Promise<string | undefined> {
    return this.within(name, (connection, volume) =>
      connection.call<string>("virStorageVolGetPath", volume),
    );
  }

  /** How many bytes it has; undefined when it is not there. */
  sizeBytes(name: string): Promise<number | undefined> {
    return this.within(name, async (connection, volume) => {
      const info: { capacity?: number | bigint } = {};
      await connection.call("virStorageVolGetInfo", volume, info);
      return Number(info.capacity ?? 0);
    });
  }

  /** Its last bytes; undefined when it is not there. */
  async readEnd(name: string, bytesMax: number): Promise<Buffer | undefined> {
    const sizeBytes = await this.sizeBytes(name);
    if (sizeBytes === undefined) return undefined;
    return this.read(name, Math.max(0, sizeBytes - bytesMax), bytesMax);
  }

  /** Its bytes from an offset on, at most as many as are asked for; undefined when it is not there. */
  read(name: string, offset = 0, bytesMax = Number.POSITIVE_INFINITY): Promise<Buffer | undefined> {
    return this.within(name, (connection, volume) =>
      streaming(connection, async (stream) => {
        await connection.call("virStorageVolDownload", volume, stream, offset, 0, 0);
        const parts: Buffer[] = [];
        for (let left = bytesMax; left > 0; ) {
          const part = Buffer.alloc(Math.min(CHUNK_BYTES, left));
          const length = await connection.call("virStreamRecv", stream, part, part.length);
          if (length === 0) return { result: Buffer.concat(parts), isWhole: true };
          parts.push(part.subarray(0, length));
          left -= length;
        }
        return { result: Buffer.concat(parts), isWhole: false };
      }),
    );
  }

  /** Makes a volume with these bytes, in the place of one that may be there. */
  async write(name: string, bytes: Buffer, options: WriteOptions): Promise<void> {
    await this.remove(name);
    await this.writeOver(name, bytes, options);
  }

  /** The same, but over the bytes of one that may be there: for who may be writing just these at
   * the same time. It grows while it is written, so that what was cut short is shorter. */
  async writeOver(name: string, bytes: Buffer, options: WriteOptions): Promise<void> {
    const written = await this.inPool((connection, pool) =>
      connection.using(
        made(connection, pool, name, options.mode),
        "virStorageVolFree",
        async (volume) => {
          if (bytes.length > 0) await upload(connection, volume, bytes, options);
          return true;
        },
      ),
    );
    if (!written) throw new Error(`the storage pool "${this.#pool.name}" is not active`);
  }

  /** Nothing when it is not there. */
  async remove(name: string): Promise<void> {
    const removal = this.within(name, (connection, volume) =>
      connection.call("virStorageVolDelete", volume, 0),
    );
    await unless(ErrorCode.noStorageVolume, removal, 0);
  }

  async #definedPool(connection: Connection): Promise<Pointer> {
    const found = await unless(ErrorCode.noStoragePool, this.#lookUpPool(connection), undefined);
    if (found !== undefined) return found;
    const { pointer } = connection;
    const { name, directory } = this.#pool;
    if (directory === undefined) {
      throw new Error(
        `there is no storage pool "${name}" on the host; make one there with \`virsh pool-define-as ${name} dir --target DIRECTORY\` and \`virsh pool-build ${name}\``,
      );
    }
    try {
      const xml = poolXml({ name, directory });
      return await connection.call<Pointer>("virStoragePoolDefineXML", pointer, xml, 0);
    } catch (error) {
      // Somebody else may have been faster, for whose pool there is no code of its own.
      return this.#lookUpPool(connection).catch(() => {
        throw error;
      });
    }
  }

  #lookUpPool(connection: Connection): Promise<Pointer> {
    const { pointer } = connection;
    return connection.call<Pointer>("virStoragePoolLookupByName", pointer, this.#pool.name);
  }

  /** Undefined when there is no such pool, or when it is not active. */
  protected inPool<Result>(
    use: (connection: Connection, pool: Pointer) => Promise<Result>,
  ): Promise<Result | undefined> {
    return this.#connections.use(async (connection) => {
      const pool = await unless(ErrorCode.noStoragePool, this.#lookUpPool(connection), undefined);
      if (pool === undefined) return undefined;
      return connection.using(Promise.resolve(pool), "virStoragePoolFree", async (found) => {
        const isActive = (await connection.call("virStoragePoolIsActive", found)) === 1;
        return isActive ? use(connection, found) : undefined;
      });
    });
  }

  protected within<Result>(
    name: string,
    use: (connection: Connection, volume: Pointer) => Promise<Result>,
  ): Promise<Result | undefined> {
    return this.inPool(async (connection, pool) => {
      const volume = await unless(
        ErrorCode.noStorageVolume,
        connection.call<Pointer>("virStorageVolLookupByName", pool, name),
        undefined,
      );
      if (volume === undefined) return undefined;
      return connection.using(Promise.resolve(volume), "virStorageVolFree", (found) =>
        use(connection, found),
      );
    });
  }
}

/** The volume, empty when it is new. */
async function made(
  connection: Connection,
  pool: Pointer,
  name: string,
  mode: WriteOptions["mode"],
): Promise<Pointer> {
  const lookUp = () => connection.call<Pointer>("virStorageVolLookupByName", pool, name);
  const found = await unless(ErrorCode.noStorageVolume, lookUp(), undefined);
  if (found !== undefined) return found;
  const creation = connection.call<Pointer>(
    "virStorageVolCreateXML",
    pool,
    volumeXml(name, mode),
    0,
  );
  // Somebody else may have been faster.
  return (await unless(ErrorCode.storageVolumeExists, creation, undefined)) ?? lookUp();
}

/** Sends bytes to a volume. */
export async function upload(
  connection: Connection,
  volume: Pointer,
  bytes: Buffer,
  options: Pick<WriteOptions, "progress" | "signal"> & { readonly offset?: number },
): Promise<void> {
  await streaming(connection, async (stream) => {
    await connection.call("virStorageVolUpload", volume, stream, options.offset ?? 0, 0, 0);
    for (let done = 0; done < bytes.length; ) {
      options.signal?.throwIfAborted();
      const part = bytes.subarray(done, done + CHUNK_BYTES);
      done += await connection.call("virStreamSend", stream, part, part.length);
      options.progress?.(done, bytes.length);
    }
    return { result: undefined, isWhole: true };
  });
}

/** A stream is finished when all has gone through, and given up otherwise. */
async function streaming<Result>(
  connection: Connection,
  use: (stream: Pointer) => Promise<{ readonly result: Result; readonly isWhole: boolean }>,
): Promise<Result> {
  const made = connection.call<Pointer>("virStreamNew", connection.pointer, 0);
  return connection.using(made, "virStreamFree", async (stream) => {
    let isOver = false;
    try {
      const { result, isWhole } = await use(stream);
      isOver = true;
      await connection.call(isWhole ? "virStreamFinish" : "virStreamAbort", stream);
      return result;
    } finally {
      // It may not have been opened at all.
      if (!isOver) await connection.call("virStreamAbort", stream).catch(() => undefined);
    }
  });
}
