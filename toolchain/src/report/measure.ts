// Reads what the store keeps of an image for a report, and refuses what does not fit the image.
import { readFileSync } from "node:fs";
import { sha256 } from "../graph/hash.ts";
import { keptRecords, type RecordedImage } from "../record/ensure.ts";
import type { BuildRecord } from "../record/types.ts";
import type { Store } from "../store/store.ts";
import { imageLayout, type SegmentRow } from "./layout.ts";
import { ownerOf } from "./origins.ts";
import { imagePieces, type Piece } from "./pieces.ts";

export interface MeasuredImage {
  readonly record: BuildRecord;
  readonly pieces: readonly Piece[];
  readonly segments: readonly SegmentRow[];
}

export function measureImage({ image, record }: RecordedImage, store: Store): MeasuredImage {
  const { digest, sizeBytes } = record.manifest;
  if (record.application.kind === "kernel") {
    throw new Error(`${digest} was built elsewhere: what it is made of is not known`);
  }
  try {
    const linked = readFileSync(image.symbolsPath);
    const linkMap = readFileSync(store.linkMapPath(digest));
    // Several builds may have made the image; the files are those of the last one.
    const isKnown = keptRecords(store, digest).some(
      ({ byproducts }) =>
        byproducts.symbols === sha256(linked) && byproducts.linkMap === sha256(linkMap),
    );
    if (!isKnown) throw new Error("symbols.elf or link.map is not what the build left");
    const owners = ownerOf(record);
    const pieces = imagePieces({ linked, linkMap: String(linkMap), sizeBytes, ownerOf: owners });
    return { record, pieces, segments: imageLayout(linked) };
  } catch (error) {
    throw new Error(
      `what is kept of ${digest} is damaged: ${(error as Error).message}; remove ${store.imageDirectory(digest)} and build the image again`,
    );
  }
}
