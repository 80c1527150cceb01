// Volumes of a libvirt host: disks in its storage pool, each with a record beside it, which tells
// whom it belongs to wherever we are.
import { posix } from "node:path";
import type { GuestProgress } from "../driver.ts";
import { diskSize, formatOfFile } from "../local-volumes/disk-files.ts";
import { isVolumeRecord, type VolumeRecord } from "../local-volumes/volume-record.ts";
import {
  type AttachedTo,
  cannotCopyAttached,
  type GuestVolume,
  type VolumeDriver,
  type VolumeFormat,
  type VolumeSpec,
  type VolumeStatus,
  type VolumeSummary,
} from "../volume-driver.ts";
import type { Connections } from "./connections.ts";
import { DiskVolumes } from "./disk-volumes.ts";
import type { DomainDisk } from "./domain-xml.ts";
import type { Domains } from "./domains.ts";
import type { HostDisks } from "./hypervisor.ts";
import type { Pool } from "./volumes.ts";

const RECORD = ".volume.json";

export class HostVolumes implements VolumeDriver {
  readonly usualFormat: VolumeFormat;
  readonly #can: HostDisks;
  readonly #disks: DiskVolumes;
  readonly #domains: Domains;

  constructor(connections: Connections, pool: Pool, domains: Domains, can: HostDisks) {
    this.usualFormat = can.usualFormat;
    this.#can = can;
    this.#disks = new DiskVolumes(connections, pool);
    this.#domains = domains;
  }

  async formatProblem(format: VolumeFormat): Promise<string | null> {
    return this.#can.formatProblem(format);
  }

  async list(): Promise<readonly VolumeSummary[]> {
    const ids = (await this.#disks.list())
      .filter((name) => name.endsWith(RECORD))
      .map((name) => name.slice(0, -RECORD.length));
    const found = await Promise.all(ids.map((id) => this.#record(id)));
    return found.filter((record) => record !== undefined).map(summaryOf);
  }

  async status(id: string): Promise<VolumeStatus | undefined> {
    const record = await this.#record(id);
    const size = record && (await this.#disks.size(diskOf(record)));
    return record && size && { ...summaryOf(record), ...size };
  }

  async create(spec: VolumeSpec, signal: AbortSignal): Promise<void> {
    const { id, owner, format, sizeBytes, source } = spec;
    const record = {
      version: 1,
      id,
      owner,
      progress: "creating",
      driver: "libvirt",
      format,
    } as const;
    await this.#disks.ensurePool();
    await this.#save(record);
    const disk = diskOf(record);
    await this.#disks.remove(disk);
    if (source === undefined) {
      await this.#disks.make(disk, format, sizeBytes);
    } else if ("volume" in source) {
      const { volume, attached } = source;
      const from = await this.#must(volume);
      if (attached !== undefined) throw new Error(cannotCopyAttached(volume, attached));
      await this.#disks.copy({ name: diskOf(from), format: from.format }, disk, format, sizeBytes);
    } else {
      await this.#fromFile(disk, spec, source.file, signal);
    }
    await this.#disks.grow(disk, sizeBytes);
  }

  async mark(id: string, owner: string, progress: GuestProgress): Promise<void> {
    const record = await this.#record(id);
    if (record === undefined || (record.owner === owner && record.progress === progress)) return;
    await this.#save({ ...record, owner, progress });
  }

  async grow(id: string, sizeBytes: number, attached: AttachedTo | undefined): Promise<void> {
    const disk = diskOf(await this.#must(id));
    const target = attached && this.#can.growing(attached.device);
    if (attached === undefined || target === undefined) return this.#disks.grow(disk, sizeBytes);
    const size = await this.#disks.size(disk);
    if (size !== undefined && size.sizeBytes >= sizeBytes) return;
    await this.#domains.resizeDisk(attached.guest, target, sizeBytes);
  }

  async remove(id: string): Promise<void> {
    const record = await this.#record(id);
    if (record === undefined) return;
    await this.#disks.remove(diskOf(record));
    // Last, so that nothing is left that nobody knows of.
    await this.#disks.remove(`${id}${RECORD}`);
  }

  /** The disks of a guest's volumes; throws when one is not there. */
  async disksOf(volumes: readonly GuestVolume[] = []): Promise<DomainDisk[]> {
    if (volumes.length === 0) return [];
    const directory = await this.#disks.ensurePool();
    return Promise.all(
      volumes.map(async ({ volume, readOnly }) => {
        const record = await this.#must(volume);
        if ((await this.#disks.size(diskOf(record))) === undefined) {
          throw new Error(`the disk of the volume ${volume} is gone`);
        }
        return { path: posix.join(directory, diskOf(record)), format: record.format, readOnly };
      }),
    );
  }

  async #fromFile(disk: string, spec: VolumeSpec, file: string, signal: AbortSignal) {
    const { format, sizeBytes } = spec;
    const given = formatOfFile(file);
    if (given !== format) {
      throw new Error(
        `source: ${file} is ${given}, and the volume is to be ${format}; use format: "${given}", or convert it with qemu-img`,
      );
    }
    const fileBytes = await diskSize({ path: file, format });
    await this.#disks.make(disk, format, Math.max(sizeBytes, fileBytes));
    await this.#disks.uploadFile(disk, file, signal);
  }

  async #must(id: string): Promise<VolumeRecord> {
    const record = await this.#record(id);
    if (record === undefined) throw new Error(`there is no volume ${id} on this libvirt host`);
    return record;
  }

  async #record(id: string): Promise<VolumeRecord | undefined> {
    const bytes = await this.#disks.read(`${id}${RECORD}`);
    try {
      const value: unknown = JSON.parse(bytes?.toString("utf8") ?? "");
      return isVolumeRecord(value) && value.id === id ? value : undefined;
    } catch {
      return undefined;
    }
  }

  async #save(record: VolumeRecord): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(record));
    await this.#disks.write(`${record.id}${RECORD}`, bytes, { mode: "0600" });
  }
}

function diskOf({ id, format }: { readonly id: string; readonly format: VolumeFormat }): string {
  return `${id}.volume.${format}`;
}

function summaryOf({ id, owner, progress, format }: VolumeRecord): VolumeSummary {
  return { id, owner, progress, format };
}
