// Disks in a storage pool of a libvirt host: made, copied, measured and grown there.
import { open } from "node:fs/promises";
import type { VolumeFormat } from "../volume-driver.ts";
import { ErrorCode, unless } from "./errors.ts";
import type { Pointer } from "./library.ts";
import { diskXml, formatIn } from "./storage-xml.ts";
import { upload, Volumes } from "./volumes.ts";

const CHUNK_BYTES = 1 << 20;

export interface DiskSize {
  readonly sizeBytes: number;
  readonly usedBytes: number;
}

export class DiskVolumes extends Volumes {
  /** An empty disk. */
  async make(name: string, format: VolumeFormat, sizeBytes: number): Promise<void> {
    await this.ensurePool();
    await this.inPool((connection, pool) =>
      connection.using(
        connection.call<Pointer>(
          "virStorageVolCreateXML",
          pool,
          diskXml(name, format, sizeBytes),
          0,
        ),
        "virStorageVolFree",
        async () => undefined,
      ),
    );
  }

  /** A copy of another disk of the pool. */
  async copy(
    from: { readonly name: string; readonly format: VolumeFormat },
    name: string,
    format: VolumeFormat,
    sizeBytes: number,
  ): Promise<void> {
    const made = await this.inPool((connection, pool) =>
      connection.using(
        connection.call<Pointer>("virStorageVolLookupByName", pool, from.name),
        "virStorageVolFree",
        async (source) => {
          const found = formatIn(
            await connection.call<string>("virStorageVolGetXMLDesc", source, 0),
          );
          // A guest can write to a raw disk what makes it look like another format, which may name
          // any file of the host as its base.
          if (found !== from.format) {
            throw new Error(`the host takes ${from.name} for ${found}; it is not copied`);
          }
          const xml = diskXml(name, format, sizeBytes);
          const copy = connection.call<Pointer>("virStorageVolCreateXMLFrom", pool, xml, source, 0);
          return connection.using(copy, "virStorageVolFree", async () => true);
        },
      ),
    );
    if (made !== true) throw new Error("the storage pool is not active");
  }

  /** A disk with the content of a file of this machine, which is of the same format. */
  async uploadFile(name: string, path: string, signal: AbortSignal): Promise<void> {
    const file = await open(path);
    try {
      const zeros = Buffer.alloc(CHUNK_BYTES);
      for (let offset = 0; ; ) {
        const { buffer, bytesRead } = await file.read(
          Buffer.alloc(CHUNK_BYTES),
          0,
          CHUNK_BYTES,
          offset,
        );
        if (bytesRead === 0) break;
        const part = buffer.subarray(0, bytesRead);
        if (!part.equals(zeros.subarray(0, bytesRead))) {
          await this.within(name, (connection, volume) =>
            upload(connection, volume, part, { signal, offset }),
          );
        }
        offset += bytesRead;
      }
    } finally {
      await file.close();
    }
  }

  /** Nothing when it is as large. */
  async grow(name: string, sizeBytes: number): Promise<void> {
    const size = await this.size(name);
    if (size === undefined || size.sizeBytes >= sizeBytes) return;
    await this.within(name, (connection, volume) =>
      connection.call("virStorageVolResize", volume, sizeBytes, 0),
    );
  }

  /** Undefined when it is not there. */
  size(name: string): Promise<DiskSize | undefined> {
    const answer = this.within(name, async (connection, volume) => {
      const info: { capacity?: number | bigint; allocation?: number | bigint } = {};
      await connection.call("virStorageVolGetInfo", volume, info);
      const { capacity = 0, allocation = 0 } = info;
      return { sizeBytes: Number(capacity), usedBytes: Number(allocation) };
    });
    return unless(ErrorCode.noStorageVolume, answer, undefined);
  }
}
