// Snapshots of disk images as a whole: found again by their content, sent when there are none, and
// held by those who use them.
import { randomUUID } from "node:crypto";
import type { SparseDisk } from "@pulumi-unikernel/toolchain";
import { pause } from "../../guests/wait.ts";
import type { UploadJournal } from "./journal.ts";
import type { SnapshotDescription, SnapshotService } from "./snapshot-service.ts";
import {
  changedBlocks,
  type DiskBlock,
  diskBlocks,
  diskDigest,
  sendBlocks,
  snapshotHashes,
  volumeGiB,
} from "./upload.ts";

/** Names of our tags begin with this. */
const tagPrefix = "unikernel:";
export const diskTag = `${tagPrefix}disk`;
export const imageTag = `${tagPrefix}image`;
/** Whose images the snapshot is one of; the newest of them is the next one's parent. */
const lineTag = `${tagPrefix}line`;
const COMPLETION_EVERY_MS = 1000;

export interface WantedSnapshot {
  readonly disk: SparseDisk;
  readonly imageDigest: string;
  /** Whom it belongs to: a short name without blanks. */
  readonly owner: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Work {
  readonly signal: AbortSignal;
  onProgress(message: string): void;
}

/** What would have to be done, found out by reading only. */
export interface SnapshotPlan {
  readonly diskDigest: string;
  readonly volumeGiB: number;
  readonly blockCount: number;
  /** One with this content, complete, or begun by this owner. */
  readonly existing: SnapshotDescription | undefined;
  readonly parent: SnapshotDescription | undefined;
  readonly changed: readonly DiskBlock[];
}

export async function planSnapshot(
  service: SnapshotService,
  { disk, owner }: Pick<WantedSnapshot, "disk" | "owner">,
): Promise<SnapshotPlan> {
  const blocks = diskBlocks(disk);
  const digest = diskDigest(disk, blocks);
  const known = { diskDigest: digest, volumeGiB: volumeGiB(disk), blockCount: blocks.length };
  const same = await service.find({ [diskTag]: digest });
  const complete = same.find(({ state }) => state === "completed");
  if (complete) return { ...known, existing: complete, parent: undefined, changed: [] };
  const begun = same.find(({ state, tags }) => state === "pending" && tags[lineTag] === owner);
  const parentId = begun?.tags[`${tagPrefix}parent`];
  const parent =
    begun === undefined
      ? (await service.find({ [lineTag]: owner })).find(
          (one) => one.state === "completed" && one.volumeGiB <= known.volumeGiB,
        )
      : parentId === undefined
        ? undefined
        : await service.describe(parentId);
  const isParentGone = parentId !== undefined && parent === undefined;
  const hashes =
    parent === undefined ? new Map<number, string>() : await snapshotHashes(service, parent.id);
  return {
    ...known,
    // What is missing of one whose parent is gone cannot be known any more.
    existing: isParentGone ? undefined : begun,
    parent,
    changed: changedBlocks(blocks, hashes),
  };
}

/** Begins the planned snapshot, or takes the one that is there. It has its id from here on. */
export async function beginSnapshot(
  service: SnapshotService,
  plan: SnapshotPlan,
  { imageDigest, owner, tags }: WantedSnapshot,
): Promise<{ readonly id: string; readonly hold: string }> {
  const hold = randomUUID();
  const holding = { [holderTag(owner)]: hold };
  if (plan.existing) {
    const { id, tags: before } = plan.existing;
    const isOurs = before[lineTag] === owner;
    await service.setTags(id, { ...(isOurs ? tags : {}), ...holding }, []);
    return { id, hold };
  }
  const { parent } = plan;
  const id = await service.start({
    volumeGiB: plan.volumeGiB,
    parentId: parent?.id,
    description: `unikernel ${imageDigest}`,
    tags: {
      ...tags,
      ...holding,
      [diskTag]: plan.diskDigest,
      [imageTag]: imageDigest,
      [lineTag]: owner,
      ...(parent === undefined ? {} : { [`${tagPrefix}parent`]: parent.id }),
    },
  });
  return { id, hold };
}

/** Sends what is missing and waits until the snapshot can be used; returns the blocks sent. */
export async function finishSnapshot(
  service: SnapshotService,
  id: string,
  plan: SnapshotPlan,
  journal: UploadJournal,
  work: Work,
): Promise<number> {
  let sent = 0;
  if (plan.existing?.state !== "completed") {
    sent = await sendBlocks(service, id, plan.changed, journal, work);
  }
  for (;;) {
    const found = await service.describe(id);
    if (found === undefined) throw new Error(`${id} is gone`);
    if (found.state === "error") throw new Error(`Amazon could not complete ${id}`);
    if (found.state === "completed") return sent;
    work.onProgress(`waiting for Amazon to complete ${id}`);
    await pause(COMPLETION_EVERY_MS, work.signal);
  }
}

/** Lets go of a snapshot, and removes it when nobody else holds it. `hold` is what holding it gave:
 * a later hold of the same owner (a forced replacement by itself) keeps it. */
export async function releaseSnapshot(
  service: SnapshotService,
  id: string,
  owner: string,
  hold: string,
): Promise<"removed" | "kept" | "gone"> {
  const found = await service.describe(id);
  if (found === undefined) return "gone";
  const holders = Object.keys(found.tags).filter((name) => name.startsWith(holderTag("")));
  const others = holders.filter((name) => name !== holderTag(owner));
  const current = found.tags[holderTag(owner)];
  if (current !== undefined && current !== hold) return "kept";
  if (others.length > 0) {
    await service.setTags(id, {}, [holderTag(owner)]);
    return "kept";
  }
  const images = await service.imagesUsing(id);
  if (images.length > 0) {
    throw new Error(
      `${id} is the disk of ${images.join(", ")}; deregister ${images.length === 1 ? "this machine image" : "these machine images"} first`,
    );
  }
  await service.remove(id);
  return "removed";
}

function holderTag(owner: string): string {
  return `${tagPrefix}holder:${owner}`;
}

/** A snapshot's tags without those of ours and of Amazon's. */
export function usersTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !isReservedTag(name)));
}

export function isReservedTag(name: string): boolean {
  return name.startsWith(tagPrefix) || name.startsWith("aws:");
}
