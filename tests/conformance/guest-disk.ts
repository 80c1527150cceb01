// Disks of test programs: what a comment asks for, as files and as what QEMU and the tender are told.
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { TenderBlock } from "../../toolchain/src/tender/command-line.ts";

export interface Disk {
  readonly name: string;
  readonly sizeBytes: number;
  readonly readOnly: boolean;
  /** Found on it at byte 1080, where some file systems have their names. */
  readonly holding?: string;
  /** A sector that can neither be read nor written. */
  readonly failingSector?: number;
}

/** Of `NAME SIZE [read-only] [holding=TEXT] [failing=SECTOR]`. */
export function readDisk(text: string): Disk {
  const match = /^([\w-]{1,20}) (\d+)M( read-only)?(?: holding=(\S+))?(?: failing=(\d+))?$/.exec(
    text.trim(),
  );
  if (!match)
    throw new Error(`disk: "${text}" is not NAME SIZE [read-only] [holding=TEXT] [failing=SECTOR]`);
  const [, name = "", size, readOnly, holding, failing] = match;
  return {
    name,
    sizeBytes: Number(size) * 2 ** 20,
    readOnly: readOnly !== undefined,
    ...(holding === undefined ? {} : { holding }),
    ...(failing === undefined ? {} : { failingSector: Number(failing) }),
  };
}

/** Makes the files, empty but for what they are to hold, and says where. */
async function makeDisks(disks: readonly Disk[], directory: string) {
  const paths = new Map<Disk, string>();
  for (const disk of disks) {
    const path = join(directory, `${disk.name}.raw`);
    const file = await open(path, "wx");
    await file.truncate(disk.sizeBytes);
    if (disk.holding !== undefined) await file.write(disk.holding, 1080);
    await file.close();
    paths.set(disk, path);
  }
  return paths;
}

/** Makes the disks and says what the tender is to be told of them. */
export async function diskBlocks(
  run: { readonly disks: readonly Disk[] },
  directory: string,
): Promise<TenderBlock[]> {
  const broken = run.disks.find(({ failingSector }) => failingSector !== undefined);
  if (broken) throw new Error(`disk: a process's ${broken.name} cannot have a failing sector`);
  const paths = await makeDisks(run.disks, directory);
  return [...paths].map(([{ name, readOnly }, path]) => ({ name, path, readOnly }));
}

/** Makes the disks and attaches them to a machine of QEMU's. */
export async function diskArguments(
  run: {
    readonly machine: string;
    readonly virtio: "legacy" | "modern";
    readonly disks: readonly Disk[];
  },
  directory: string,
): Promise<string[]> {
  if (run.disks.length === 0) return [];
  const isMicrovm = run.machine.startsWith("microvm");
  const isLegacy = run.virtio === "legacy";
  const device = isMicrovm
    ? "virtio-blk-device"
    : `virtio-blk-pci,${isLegacy ? "disable-modern=on,disable-legacy=off" : "disable-legacy=on"}`;
  const args = ["-global", `virtio-mmio.force-legacy=${isLegacy}`];
  for (const [disk, path] of await makeDisks(run.disks, directory)) {
    args.push("-drive", drive(disk, path));
    args.push("-device", `${device},drive=${disk.name},serial=${disk.name}`);
  }
  return args;
}

function drive(disk: Disk, path: string): string {
  const common = `if=none,id=${disk.name},read-only=${disk.readOnly ? "on" : "off"}`;
  if (disk.failingSector === undefined) return `${common},format=raw,file=${path}`;
  // QEMU would stop the guest at a failed write; here the guest is to be told.
  const options = [
    `${common},driver=raw,file.driver=blkdebug,file.image.driver=file,file.image.filename=${path}`,
    "werror=report,rerror=report",
    ...["read_aio", "pwritev"].map((event, index) =>
      [
        `file.inject-error.${index}.event=${event}`,
        `file.inject-error.${index}.sector=${disk.failingSector}`,
        `file.inject-error.${index}.errno=5`,
      ].join(","),
    ),
  ];
  return options.join(",");
}
