// What every file format of disks is: from a disk to the pieces of a file.
import type { SparseDisk } from "../sparse.ts";
import { googleArchive } from "./google-archive.ts";
import { qcow2 } from "./qcow2.ts";
import { vhd } from "./vhd.ts";

/** A file is described the way a disk is: what lies between its pieces is zero. */
export type DiskFormat = (disk: SparseDisk) => SparseDisk;

export const diskFormats: Readonly<Record<string, DiskFormat>> = {
  raw: (disk) => disk,
  qcow2,
  vhd,
  "tar.gz": googleArchive,
};

/** The format that a file's name asks for; undefined when it asks for none. */
export function formatOfName(path: string): string | undefined {
  if (/\.(raw|img)$/.test(path)) return "raw";
  return Object.keys(diskFormats).find((format) => path.endsWith(`.${format}`));
}
