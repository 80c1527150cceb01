// Finds the record of a build. An image that an older toolchain added, or whose record was
// damaged, is linked once more: its bytes are the same, and the record comes with them.
import { existsSync } from "node:fs";
import { buildImage } from "../build.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions, ImagePlan, StoredImage } from "../types.ts";
import { type BuildRecord, recordFormat } from "./types.ts";

export interface RecordedImage {
  readonly image: StoredImage;
  readonly record: BuildRecord;
}

/** The record of a stored image, or undefined when it or the linker's map is missing. */
export function readRecord(store: Store, image: StoredImage): BuildRecord | undefined {
  const text = store.kept(image.manifest, "record.json");
  if (text === undefined || !existsSync(store.linkMapPath(image.manifest.digest))) return undefined;
  try {
    const record = JSON.parse(text) as BuildRecord;
    return record.format === recordFormat ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Builds, or finds, the image of a plan together with its record. */
export async function buildRecorded(
  plan: ImagePlan,
  store: Store,
  options: BuildOptions = {},
): Promise<RecordedImage> {
  const image = await buildImage(plan, store, options);
  const known = readRecord(store, image);
  if (known) return { image, record: known };
  const { buildMissingImage } = await import("../graph/build-image.ts");
  const again = await buildMissingImage(plan, store, options);
  const record = readRecord(store, again);
  if (!record) throw new Error(`the record of ${again.manifest.digest} cannot be read back`);
  return { image: again, record };
}
