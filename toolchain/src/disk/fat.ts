// A FAT16 file system with a few files, as UEFI's system partition (UEFI 2.10, 13.3; Microsoft's
// "FAT: General Overview of On-Disk Format" 1.03). Its content depends on the files alone.
//
// Why FAT16: every firmware has to read it, and unlike FAT32, whose smallest volume has 33 MiB and
// half a MiB of tables, it leaves an image as small as what is in it.
import { posix } from "node:path";

export const sectorBytes = 512;
const reservedSectors = 1;
const rootEntries = 512;
const entryBytes = 32;
const rootSectors = (rootEntries * entryBytes) / sectorBytes;
/** Fewer clusters make it FAT12, more FAT32 by definition. */
const clustersMin = 4085;
const clustersStep = 1024;
const clustersMax = 65_524;
const sectorsPerClusterMax = 64;
const firstCluster = 2;
const endOfChain = 0xffff;
const directoryAttribute = 0x10;
const archiveAttribute = 0x20;
/** 1980-01-01, the first day that FAT knows. */
const noDate = 0x0021;

export interface FatFile {
  /** E.g. "EFI/BOOT/BOOTX64.EFI"; each part an 8.3 name in capitals. */
  readonly path: string;
  readonly data: Buffer;
}

interface Directory {
  readonly path: string;
  readonly entries: { name: string; attribute: number; cluster: number; bytes: number }[];
}

/** The sectors of a volume from its first to the last one that holds something, and how many
 * sectors the volume has in all. */
export function fatVolume(
  files: readonly FatFile[],
  label: string,
): { readonly data: Buffer; readonly sectors: number } {
  const perCluster = sectorsPerCluster(files);
  const clusterBytes = perCluster * sectorBytes;
  const chains: number[] = [];
  const contents: Buffer[] = [];
  const store = (data: Buffer): number => {
    const count = Math.ceil(data.length / clusterBytes);
    if (count === 0) return 0;
    const start = firstCluster + chains.length;
    for (let at = 1; at < count; at++) chains.push(start + at);
    chains.push(endOfChain);
    contents.push(Buffer.concat([data], count * clusterBytes));
    return start;
  };

  const directories = directoriesOf(files);
  for (const { path, data } of files) {
    const entry = { attribute: archiveAttribute, cluster: store(data), bytes: data.length };
    directoryAt(directories, posix.dirname(path)).entries.push({ name: nameOf(path), ...entry });
  }
  // From the deepest to the root, since each names its children's clusters; the entry ".." of a
  // child of the root says 0 by definition, and that of another one is filled in afterwards.
  const places = new Map<string, { start: number; data: Buffer }>();
  for (const { path, entries } of directories.toReversed()) {
    if (path === ".") continue;
    const data = Buffer.concat([
      directoryEntry(".", directoryAttribute, 0, 0),
      directoryEntry("..", directoryAttribute, 0, 0),
      ...entries.map((one) => directoryEntry(one.name, one.attribute, one.cluster, one.bytes)),
    ]);
    const start = store(data);
    const stored = contents.at(-1) as Buffer;
    stored.writeUInt16LE(start, 26);
    places.set(path, { start, data: stored });
    const entry = { attribute: directoryAttribute, cluster: start, bytes: 0 };
    directoryAt(directories, posix.dirname(path)).entries.push({ name: nameOf(path), ...entry });
  }
  for (const [path, { data }] of places) {
    const parent = places.get(posix.dirname(path));
    data.writeUInt16LE(parent?.start ?? 0, entryBytes + 26);
  }

  if (chains.length > clustersMax) throw new Error("the files do not fit into a FAT16 volume");
  // In steps, so that an edit seldom changes the volume's size, and so the partition table.
  const stepped = Math.ceil(chains.length / clustersStep) * clustersStep;
  const clusters = Math.min(clustersMax, Math.max(clustersMin, stepped));
  const tableSectors = Math.ceil(((firstCluster + clusters) * 2) / sectorBytes);
  const table = Buffer.alloc(tableSectors * sectorBytes);
  table.writeUInt16LE(0xfff8, 0);
  table.writeUInt16LE(endOfChain, 2);
  for (const [index, next] of chains.entries()) {
    table.writeUInt16LE(next, 2 * (firstCluster + index));
  }
  const sectors = reservedSectors + 2 * tableSectors + rootSectors + clusters * perCluster;
  const root = directoryAt(directories, ".");
  const rootData = Buffer.alloc(rootSectors * sectorBytes);
  Buffer.concat([
    directoryEntry(label, 0x08, 0, 0),
    ...root.entries.map((one) => directoryEntry(one.name, one.attribute, one.cluster, one.bytes)),
  ]).copy(rootData);
  const boot = bootSector({ sectors, perCluster, tableSectors, label });
  return { data: Buffer.concat([boot, table, table, rootData, ...contents]), sectors };
}

function sectorsPerCluster(files: readonly FatFile[]): number {
  for (let count = 1; count <= sectorsPerClusterMax; count *= 2) {
    const clusterBytes = count * sectorBytes;
    const needed = files.reduce((sum, { data }) => sum + Math.ceil(data.length / clusterBytes), 0);
    // Room for the directories as well.
    if (needed + files.length * 8 <= clustersMax) return count;
  }
  throw new Error("the files do not fit into a FAT16 volume");
}

/** The root first, and every directory after its parent. */
function directoriesOf(files: readonly FatFile[]): Directory[] {
  const paths = new Set<string>(["."]);
  const add = (path: string) => {
    if (path === ".") return;
    add(posix.dirname(path));
    paths.add(path);
  };
  for (const { path } of files) add(posix.dirname(path));
  return [...paths].map((path) => ({ path, entries: [] }));
}

function directoryAt(directories: readonly Directory[], path: string): Directory {
  const found = directories.find((directory) => directory.path === path);
  if (!found) throw new Error(`no directory ${path}`);
  return found;
}

function nameOf(path: string): string {
  const name = posix.basename(path);
  if (!/^[A-Z0-9_-]{1,8}(\.[A-Z0-9_-]{1,3})?$/.test(name)) {
    throw new Error(`"${path}" is not made of 8.3 names in capitals`);
  }
  return name;
}

function directoryEntry(name: string, attribute: number, cluster: number, bytes: number): Buffer {
  const entry = Buffer.alloc(entryBytes);
  const isName = /[^.]/.test(name) && attribute !== 0x08;
  const [base = "", extension = ""] = isName ? name.split(".") : [name];
  entry.write(isName ? base.padEnd(8) + extension.padEnd(3) : name.padEnd(11), 0, 11, "ascii");
  entry[11] = attribute;
  for (const date of [16, 18, 24]) entry.writeUInt16LE(noDate, date);
  entry.writeUInt16LE(cluster, 26);
  entry.writeUInt32LE(bytes, 28);
  return entry;
}

function bootSector(volume: {
  readonly sectors: number;
  readonly perCluster: number;
  readonly tableSectors: number;
  readonly label: string;
}): Buffer {
  const boot = Buffer.alloc(sectorBytes);
  boot.set([0xeb, 0x3c, 0x90]);
  boot.write("MSWIN4.1", 3, "ascii");
  boot.writeUInt16LE(sectorBytes, 11);
  boot[13] = volume.perCluster;
  boot.writeUInt16LE(reservedSectors, 14);
  boot[16] = 2;
  boot.writeUInt16LE(rootEntries, 17);
  boot.writeUInt16LE(volume.sectors <= 0xffff ? volume.sectors : 0, 19);
  boot[21] = 0xf8;
  boot.writeUInt16LE(volume.tableSectors, 22);
  boot.writeUInt16LE(63, 24);
  boot.writeUInt16LE(255, 26);
  boot.writeUInt32LE(volume.sectors > 0xffff ? volume.sectors : 0, 32);
  boot[36] = 0x80;
  boot[38] = 0x29;
  boot.write("UKRN", 39, "ascii");
  boot.write(volume.label.padEnd(11), 43, 11, "ascii");
  boot.write("FAT16   ", 54, "ascii");
  boot.writeUInt16LE(0xaa55, 510);
  return boot;
}
