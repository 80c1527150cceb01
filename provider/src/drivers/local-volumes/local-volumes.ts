// Volumes as files in this user's directory, for drivers whose guests are processes of this user.
import { mkdir, rename, rm, stat } from "node:fs/promises";
import type { GuestProgress } from "../driver.ts";
import {
  type AttachedTo,
  cannotCopyAttached,
  type VolumeDriver,
  type VolumeFormat,
  type VolumeSource,
  type VolumeSpec,
  type VolumeStatus,
  type VolumeSummary,
} from "../volume-driver.ts";
import {
  copyDisk,
  type Disk,
  diskSize,
  formatOfFile,
  growDisk,
  makeDisk,
  usedBytes,
} from "./disk-files.ts";
import {
  readVolumeRecord,
  readVolumeRecords,
  type VolumeRecord,
  volumeFiles,
  writeVolumeRecord,
} from "./volume-record.ts";

export interface LocalVolumeOptions {
  /** Where the directory `volumes` is. */
  readonly home: string;
  /** The driver whose guests may have them. */
  readonly driver: string;
  readonly formatProblem: (format: VolumeFormat) => Promise<string | null>;
  /** Grows the disk of a guest that runs, where the file must not be touched behind its back. */
  readonly growAttached?: (attached: AttachedTo, sizeBytes: number) => Promise<void>;
  /** Copies the disk of a guest that runs as it is at one moment. */
  readonly copyAttached?: (attached: AttachedTo, to: Disk, signal: AbortSignal) => Promise<void>;
}

export class LocalVolumes implements VolumeDriver {
  readonly usualFormat = "raw";
  readonly #options: LocalVolumeOptions;

  constructor(options: LocalVolumeOptions) {
    this.#options = options;
  }

  formatProblem(format: VolumeFormat): Promise<string | null> {
    return this.#options.formatProblem(format);
  }

  async list(): Promise<readonly VolumeSummary[]> {
    const { home, driver } = this.#options;
    return (await readVolumeRecords(home)).filter((record) => record.driver === driver);
  }

  async status(id: string): Promise<VolumeStatus | undefined> {
    const record = await this.#record(id);
    if (record === undefined) return undefined;
    const { owner, progress, format } = record;
    const disk = this.#disk(record);
    if (!(await exists(disk.path))) return undefined;
    const sizeBytes = await diskSize(disk);
    return { id, owner, progress, format, sizeBytes, usedBytes: await usedBytes(disk) };
  }

  async create(spec: VolumeSpec, signal: AbortSignal): Promise<void> {
    const { home, driver } = this.#options;
    const { id, owner, format, sizeBytes, source } = spec;
    const copy = source === undefined ? undefined : await this.#copier(source);
    await writeVolumeRecord(home, { version: 1, id, owner, progress: "creating", driver, format });
    const disk = this.#disk(spec);
    const unfinished = { ...disk, path: `${disk.path}.new` };
    await mkdir(volumeFiles(home, id).directory, { recursive: true, mode: 0o700 });
    await rm(unfinished.path, { force: true });
    if (copy === undefined) await makeDisk(unfinished, sizeBytes);
    else await copy(unfinished, signal);
    await growDisk(unfinished, sizeBytes);
    await rename(unfinished.path, disk.path);
  }

  async mark(id: string, owner: string, progress: GuestProgress): Promise<void> {
    const record = await this.#record(id);
    if (record === undefined || (record.owner === owner && record.progress === progress)) return;
    await writeVolumeRecord(this.#options.home, { ...record, owner, progress });
  }

  async grow(id: string, sizeBytes: number, attached: AttachedTo | undefined): Promise<void> {
    const record = await this.#must(id);
    const disk = this.#disk(record);
    // Who runs with a raw disk goes on with the size that it found; a qcow2 is QEMU's own while
    // QEMU runs.
    if (attached === undefined || record.format === "raw") await growDisk(disk, sizeBytes);
    else if (sizeBytes > (await diskSize(disk))) {
      await this.#options.growAttached?.(attached, sizeBytes);
    }
  }

  async remove(id: string): Promise<void> {
    const record = await this.#record(id);
    if (record === undefined) return;
    // The record last, so that nothing is left that nobody knows of.
    await rm(this.#disk(record).path, { force: true });
    await rm(volumeFiles(this.#options.home, id).directory, { recursive: true, force: true });
  }

  /** The disk of a volume that a guest is to have. */
  async disk(id: string): Promise<Disk> {
    const disk = this.#disk(await this.#must(id));
    if (!(await exists(disk.path))) throw new Error(`the disk of the volume ${id} is gone`);
    return disk;
  }

  /** How to make a disk of what it starts from. */
  async #copier(source: VolumeSource): Promise<(to: Disk, signal: AbortSignal) => Promise<void>> {
    if ("file" in source) {
      const from = { path: source.file, format: formatOfFile(source.file) };
      return (to, signal) => copyDisk(from, to, signal);
    }
    const { volume, attached } = source;
    const from = await this.disk(volume);
    if (attached === undefined) return (to, signal) => copyDisk(from, to, signal);
    const { copyAttached } = this.#options;
    if (copyAttached === undefined) throw new Error(cannotCopyAttached(volume, attached));
    return (to, signal) => copyAttached(attached, to, signal);
  }

  #disk(volume: Pick<VolumeSpec, "id" | "format">): Disk {
    const { format } = volume;
    return { path: volumeFiles(this.#options.home, volume.id).disk(format), format };
  }

  async #must(id: string): Promise<VolumeRecord> {
    const record = await this.#record(id);
    if (record !== undefined) return record;
    throw new Error(`there is no volume ${id} of the driver "${this.#options.driver}"`);
  }

  async #record(id: string): Promise<VolumeRecord | undefined> {
    const { home, driver } = this.#options;
    const record = await readVolumeRecord(home, id);
    return record?.driver === driver ? record : undefined;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
