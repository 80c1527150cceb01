// From a disk to a snapshot: only blocks that hold something, and of these only the ones that an
// earlier snapshot does not have already.
import { createHash } from "node:crypto";
import { dataBlocks, Pool, type SparseDisk } from "@pulumi-unikernel/toolchain";
import type { UploadJournal } from "./journal.ts";
import { blockBytes, type SnapshotService } from "./snapshot-service.ts";

const CONCURRENCY = 16;
const gibibyte = 2 ** 30;

export interface DiskBlock {
  readonly index: number;
  readonly data: Buffer;
  /** SHA-256 in hex. */
  readonly hash: string;
}

export function diskBlocks(disk: SparseDisk): DiskBlock[] {
  return [...dataBlocks(disk, blockBytes)].map((block) => ({ ...block, hash: sha256(block.data) }));
}

/** A disk's name by its content: size and blocks with data. */
export function diskDigest(disk: SparseDisk, blocks: readonly DiskBlock[]): string {
  const lines = blocks.map(({ index, hash }) => `${index} ${hash}\n`);
  return `sha256:${sha256(Buffer.from(`${disk.sizeBytes}\n${lines.join("")}`))}`;
}

/** What has to be put on top of a parent: blocks that differ, and zeros for those that were. */
export function changedBlocks(
  blocks: readonly DiskBlock[],
  parent: ReadonlyMap<number, string>,
): DiskBlock[] {
  const wanted = new Set(blocks.map(({ index }) => index));
  const zeros = Buffer.alloc(blockBytes);
  const cleared = [...parent.keys()]
    .filter((index) => !wanted.has(index))
    .map((index) => ({ index, data: zeros, hash: sha256(zeros) }));
  return [...blocks.filter(({ index, hash }) => parent.get(index) !== hash), ...cleared].sort(
    (one, other) => one.index - other.index,
  );
}

/** The hashes of a snapshot's blocks. */
export async function snapshotHashes(
  service: SnapshotService,
  id: string,
): Promise<ReadonlyMap<number, string>> {
  const blocks = await service.blocks(id);
  const hashes = await new Pool(CONCURRENCY).map(
    blocks,
    async (block) => [block.index, await service.blockChecksum(id, block)] as const,
  );
  return new Map(hashes);
}

/** Puts what the journal does not say is there already, and ends the snapshot. Returns how many
 * blocks were sent. */
export async function sendBlocks(
  service: SnapshotService,
  id: string,
  changed: readonly DiskBlock[],
  journal: UploadJournal,
  options: { readonly signal: AbortSignal; onProgress(message: string): void },
  concurrency = CONCURRENCY,
): Promise<number> {
  const sent = journal.read(id);
  const missing = changed.filter(({ index, hash }) => sent.get(index) !== hash);
  let count = 0;
  await new Pool(concurrency).map(missing, async ({ index, data, hash }) => {
    options.signal.throwIfAborted();
    await service.putBlock(id, index, data, Buffer.from(hash, "hex"));
    journal.add(id, index, hash);
    options.onProgress(`sent ${++count} of ${missing.length} blocks to ${id}`);
  });
  options.signal.throwIfAborted();
  const checksums = changed.map(({ hash }) => Buffer.from(hash, "hex"));
  await service.complete(
    id,
    changed.length,
    createHash("sha256").update(Buffer.concat(checksums)).digest(),
  );
  journal.forget(id);
  return missing.length;
}

export function volumeGiB(disk: SparseDisk): number {
  return Math.ceil(disk.sizeBytes / gibibyte);
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
