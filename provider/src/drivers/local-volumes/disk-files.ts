// Disks as files: made, copied, measured and grown. A raw one is its content, with holes where
// nothing was written; qcow2 ones are qemu-img's business.
import { execFile } from "node:child_process";
import { type FileHandle, open, stat } from "node:fs/promises";
import { promisify } from "node:util";
import type { VolumeFormat } from "../volume-driver.ts";

export const MISSING_QEMU_IMG =
  'the format "qcow2" needs qemu-img (Debian: apt-get install qemu-utils); or use format: "raw"';

const CHUNK_BYTES = 1 << 20;
const QCOW2_MAGIC = 0x514649fb;
const QCOW2_HEADER_BYTES = 32;

export interface Disk {
  readonly path: string;
  readonly format: VolumeFormat;
}

/** What a file's name says that it is. Its content does not count: who could write to a raw disk
 * could make it look like a qcow2 that names any file of the host as its base. */
export function formatOfFile(path: string): VolumeFormat {
  return path.endsWith(".qcow2") ? "qcow2" : "raw";
}

/** An empty disk. */
export async function makeDisk({ path, format }: Disk, sizeBytes: number): Promise<void> {
  if (format === "qcow2") {
    await qemuImage(["create", "-q", "-f", "qcow2", path, String(sizeBytes)]);
  } else {
    await withFile(path, "wx", async (file) => file.truncate(sizeBytes));
  }
}

/** The content of another disk, as it is now. */
export async function copyDisk(from: Disk, to: Disk, signal: AbortSignal): Promise<void> {
  if (from.format === "raw" && to.format === "raw") {
    await copyRaw(from.path, to.path, signal);
  } else {
    const options = ["-q", "-f", from.format, "-O", to.format];
    await qemuImage(["convert", ...options, "--", from.path, to.path], signal);
  }
  await syncDisk(to);
}

/** All of it survives a loss of power afterwards. */
export async function syncDisk({ path }: Disk): Promise<void> {
  await withFile(path, "r+", (file) => file.sync());
}

/** Nothing when it is as large; never smaller. */
export async function growDisk(disk: Disk, sizeBytes: number): Promise<void> {
  if (sizeBytes <= (await diskSize(disk))) return;
  if (disk.format === "qcow2") {
    await qemuImage(["resize", "-q", "-f", "qcow2", disk.path, String(sizeBytes)]);
  } else {
    await withFile(disk.path, "r+", async (file) => {
      await file.truncate(sizeBytes);
      await file.sync();
    });
  }
}

/** As large as a guest sees it. Refuses what is no disk, or not all of one. */
export async function diskSize({ path, format }: Disk): Promise<number> {
  if (format === "raw") return (await stat(path)).size;
  return withFile(path, "r", async (file) => {
    const header = Buffer.alloc(QCOW2_HEADER_BYTES);
    const { bytesRead } = await file.read(header, 0, header.length, 0);
    if (bytesRead < header.length || header.readUInt32BE(0) !== QCOW2_MAGIC) {
      throw new Error(`${path} is no qcow2 disk`);
    }
    if (header.readBigUInt64BE(8) !== 0n) {
      throw new Error(`${path} is based on another file; make one of both with qemu-img convert`);
    }
    return Number(header.readBigUInt64BE(24));
  });
}

/** What a disk takes up of the host's. */
export async function usedBytes({ path }: Disk): Promise<number> {
  return (await stat(path)).blocks * 512;
}

async function copyRaw(from: string, to: string, signal: AbortSignal): Promise<void> {
  await withFile(from, "r", (source) =>
    withFile(to, "wx", async (target) => {
      const { size } = await source.stat();
      const zeros = Buffer.alloc(CHUNK_BYTES);
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (let at = 0; at < size; ) {
        signal.throwIfAborted();
        const { bytesRead } = await source.read(chunk, 0, chunk.length, at);
        if (bytesRead === 0) break;
        const part = chunk.subarray(0, bytesRead);
        if (!part.equals(zeros.subarray(0, bytesRead))) await target.write(part, 0, bytesRead, at);
        at += bytesRead;
      }
      await target.truncate(size);
    }),
  );
}

async function withFile<Result>(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, flags, 0o600);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function qemuImage(args: readonly string[], signal?: AbortSignal): Promise<void> {
  try {
    await promisify(execFile)("qemu-img", args, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    const { code, stderr } = error as NodeJS.ErrnoException & { readonly stderr?: string };
    if (code === "ENOENT") throw new Error(MISSING_QEMU_IMG);
    throw new Error(`qemu-img ${args[0]} failed: ${stderr?.trim() || String(error)}`);
  }
}
