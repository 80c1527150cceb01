// What a disk holds after a loss of power: QEMU's record of all writes and flushes (the format of
// Linux's dm-log-writes), applied up to the last flush before a random moment, and of the writes
// between the two a random part, sector by sector, as a disk with a cache of its own may have got
// to them.
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";

const SECTOR_BYTES = 512;
const MAGIC = 0x6a736677736872n;
const FLAG_FLUSH = 1n;
const FLAG_DISCARD = 4n;

export interface LoggedWrite {
  readonly kind: "write" | "flush";
  /** Where the entry ends in the log. */
  readonly endByte: number;
  readonly sector: number;
  readonly data: Buffer;
}

/** The entries of a log in their order; one that was being written ends it. */
export function readWriteLog(log: Buffer): LoggedWrite[] {
  // QEMU writes the head with the first flush.
  const magic = log.length < SECTOR_BYTES ? 0n : log.readBigUInt64LE(0);
  if (magic !== 0n && magic !== MAGIC) throw new Error("not a log of writes");
  const entries: LoggedWrite[] = [];
  for (let at = SECTOR_BYTES; at + SECTOR_BYTES <= log.length; ) {
    const sector = Number(log.readBigUInt64LE(at));
    const count = Number(log.readBigUInt64LE(at + 8));
    const flags = log.readBigUInt64LE(at + 16);
    if (count === 0 && flags === 0n) break;
    if (flags & FLAG_DISCARD) throw new Error("the guest discarded blocks");
    const start = at + SECTOR_BYTES;
    const end = start + count * SECTOR_BYTES;
    if (end > log.length) break;
    const data = log.subarray(start, end);
    if (count > 0) entries.push({ kind: "write", endByte: end, sector, data });
    if (flags & FLAG_FLUSH)
      entries.push({ kind: "flush", endByte: end, sector: 0, data: Buffer.alloc(0) });
    at = end;
  }
  return entries;
}

/** Changes a disk, as it was when the log began, into what a loss of power leaves of it at some
 * moment after the log had this size; says how many sectors got lost. */
export async function losePower(
  disk: string,
  log: string,
  logBytes: number,
  random: () => number,
): Promise<{ readonly lostSectors: number }> {
  const logged = readWriteLog(readFileSync(log));
  const certain = logged.filter(({ endByte }) => endByte <= logBytes).length;
  const moment = certain + Math.floor(random() * (logged.length - certain + 1));
  const entries = logged.slice(0, moment);
  const durable = entries.findLastIndex(({ kind }) => kind === "flush");
  // Some disks lose everything, some nothing, most a part.
  const kept = Math.min(1, Math.max(0, random() * 1.4 - 0.2));
  let lostSectors = 0;
  const file = await open(disk, "r+");
  try {
    for (const [index, { sector, data }] of entries.entries()) {
      for (let at = 0; at < data.length; at += SECTOR_BYTES) {
        if (index > durable && random() >= kept) {
          lostSectors++;
          continue;
        }
        await file.write(data, at, SECTOR_BYTES, sector * SECTOR_BYTES + at);
      }
    }
  } finally {
    await file.close();
  }
  return { lostSectors };
}
