// A GUID partition table with one partition (UEFI 2.10, section 5.3), at both ends of a disk.
import { crc32 } from "node:zlib";
import { sha256 } from "../graph/hash.ts";
import type { Extent } from "./sparse.ts";

const sectorBytes = 512;
const entryBytes = 128;
const entryCount = 128;
const entrySectors = (entryBytes * entryCount) / sectorBytes;
/** The protective MBR, the header and the entries. */
export const tableSectorsInFront = 2 + entrySectors;
export const tableSectorsBehind = 1 + entrySectors;
const systemPartition = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";

export interface Partition {
  readonly firstSector: number;
  readonly sectors: number;
  readonly name: string;
  /** What the partition's and the disk's identifiers are made of. */
  readonly seed: string;
}

export function partitionTable(diskSectors: number, partition: Partition): Extent[] {
  const entries = Buffer.alloc(entryBytes * entryCount);
  guid(systemPartition).copy(entries, 0);
  guid(guidFrom(`partition ${partition.seed}`)).copy(entries, 16);
  entries.writeBigUInt64LE(BigInt(partition.firstSector), 32);
  entries.writeBigUInt64LE(BigInt(partition.firstSector + partition.sectors - 1), 40);
  entries.write(partition.name, 56, 72, "utf16le");
  const last = diskSectors - 1;
  const disk = { entries, last, id: guid(guidFrom(`disk ${partition.seed}`)) };
  const primary = header(disk, { own: 1, other: last, entries: 2 });
  const backup = header(disk, { own: last, other: 1, entries: last - entrySectors });
  return [
    { offset: 0, data: Buffer.concat([protectiveMbr(diskSectors), primary, entries]) },
    { offset: (last - entrySectors) * sectorBytes, data: Buffer.concat([entries, backup]) },
  ];
}

function header(
  disk: { readonly entries: Buffer; readonly last: number; readonly id: Buffer },
  sectors: { readonly own: number; readonly other: number; readonly entries: number },
): Buffer {
  const bytes = Buffer.alloc(sectorBytes);
  bytes.write("EFI PART", 0, "ascii");
  bytes.writeUInt32LE(0x00010000, 8);
  bytes.writeUInt32LE(92, 12);
  bytes.writeBigUInt64LE(BigInt(sectors.own), 24);
  bytes.writeBigUInt64LE(BigInt(sectors.other), 32);
  bytes.writeBigUInt64LE(BigInt(tableSectorsInFront), 40);
  bytes.writeBigUInt64LE(BigInt(disk.last - tableSectorsBehind), 48);
  disk.id.copy(bytes, 56);
  bytes.writeBigUInt64LE(BigInt(sectors.entries), 72);
  bytes.writeUInt32LE(entryCount, 80);
  bytes.writeUInt32LE(entryBytes, 84);
  bytes.writeUInt32LE(crc32(disk.entries), 88);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 92)), 16);
  return bytes;
}

/** One partition of a type that older tools leave alone, over the whole disk. */
function protectiveMbr(diskSectors: number): Buffer {
  const mbr = Buffer.alloc(sectorBytes);
  mbr.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff], 446);
  mbr.writeUInt32LE(1, 454);
  mbr.writeUInt32LE(Math.min(diskSectors - 1, 0xffffffff), 458);
  mbr.writeUInt16LE(0xaa55, 510);
  return mbr;
}

/** A version 8 UUID (RFC 9562): whatever its maker likes. */
function guidFrom(seed: string): string {
  const hex = sha256(seed).slice(0, 32).split("");
  hex[12] = "8";
  hex[16] = "89ab"[Number.parseInt(hex[16] ?? "0", 16) % 4] ?? "8";
  const text = hex.join("");
  return [8, 12, 16, 20, 32]
    .map((end, index, ends) => text.slice(index === 0 ? 0 : ends[index - 1], end))
    .join("-");
}

/** The first three fields are little-endian (UEFI 2.10, appendix A). */
function guid(text: string): Buffer {
  const [a = "", b = "", c = "", d = "", e = ""] = text.split("-");
  const swapped = [a, b, c].map((field) => Buffer.from(field, "hex").reverse());
  return Buffer.concat([...swapped, Buffer.from(d + e, "hex")]);
}
