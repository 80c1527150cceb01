// A disk as the pieces of it that hold something; all the rest is zeros and takes no room.

export interface Extent {
  /** In bytes from the disk's start. */
  readonly offset: number;
  readonly data: Buffer;
}

export interface SparseDisk {
  readonly sizeBytes: number;
  /** In ascending order, none touching the next one's bytes. */
  readonly extents: readonly Extent[];
}

/** Sorts pieces and checks that they lie apart and inside. Empty ones are left out. */
export function sparseDisk(sizeBytes: number, pieces: readonly Extent[]): SparseDisk {
  const extents = pieces
    .filter(({ data }) => data.length > 0)
    .sort((one, other) => one.offset - other.offset);
  let end = 0;
  for (const { offset, data } of extents) {
    if (offset < end) throw new Error(`two pieces of a disk overlap at byte ${offset}`);
    end = offset + data.length;
  }
  if (end > sizeBytes) throw new Error(`a disk of ${sizeBytes} bytes cannot hold byte ${end - 1}`);
  return { sizeBytes, extents };
}

/** The blocks of `blockBytes` that hold anything but zeros, by their index, in ascending order. */
export function* dataBlocks(
  disk: SparseDisk,
  blockBytes: number,
): Generator<{ readonly index: number; readonly data: Buffer }> {
  let open: { index: number; data: Buffer } | undefined;
  for (const { offset, data } of disk.extents) {
    for (let at = 0; at < data.length; ) {
      const index = Math.floor((offset + at) / blockBytes);
      const inside = (offset + at) % blockBytes;
      const length = Math.min(data.length - at, blockBytes - inside);
      if (open?.index !== index) {
        if (open && !isZero(open.data)) yield open;
        open = { index, data: Buffer.alloc(blockBytes) };
      }
      data.copy(open.data, inside, at, at + length);
      at += length;
    }
  }
  if (open && !isZero(open.data)) yield open;
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
