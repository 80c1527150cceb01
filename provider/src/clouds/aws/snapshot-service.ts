// What uploading needs of Amazon's interfaces, in plain values, so that it can be read and tested
// apart from them: snapshots of EBS, block by block.

/** Bytes of a block of the EBS direct interfaces. */
export const blockBytes = 512 * 1024;

export interface SnapshotDescription {
  readonly id: string;
  readonly state: "pending" | "completed" | "error";
  readonly volumeGiB: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly startedAt: Date;
}

export interface SnapshotBlock {
  readonly index: number;
  readonly token: string;
}

export interface SnapshotService {
  /** Snapshots of this account with all of these tags, the newest first. */
  find(tags: Readonly<Record<string, string>>): Promise<readonly SnapshotDescription[]>;
  /** Undefined: there is none (any more). */
  describe(id: string): Promise<SnapshotDescription | undefined>;
  start(snapshot: {
    readonly volumeGiB: number;
    readonly parentId: string | undefined;
    readonly description: string;
    readonly tags: Readonly<Record<string, string>>;
  }): Promise<string>;
  /** `checksum` is the block's SHA-256. */
  putBlock(id: string, index: number, data: Buffer, checksum: Buffer): Promise<void>;
  /** `checksum`: the SHA-256 of the checksums of all blocks that were put, by their index. */
  complete(id: string, putCount: number, checksum: Buffer): Promise<void>;
  /** The blocks that are not zero. */
  blocks(id: string): Promise<readonly SnapshotBlock[]>;
  /** A block's SHA-256. */
  blockChecksum(id: string, block: SnapshotBlock): Promise<string>;
  setTags(
    id: string,
    tags: Readonly<Record<string, string>>,
    removed: readonly string[],
  ): Promise<void>;
  /** Machine images that start from it. */
  imagesUsing(id: string): Promise<readonly string[]>;
  /** Succeeds when it is already gone. */
  remove(id: string): Promise<void>;
}
