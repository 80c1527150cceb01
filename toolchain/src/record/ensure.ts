// Finds the record of a build. An image that an older toolchain added, or whose record was
// damaged, is linked once more: its bytes are the same, and the record comes with them.
import { existsSync } from "node:fs";
import { buildImage } from "../build.ts";
import type { Build, Store } from "../store/store.ts";
import type { BuildOptions, ImagePlan, StoredImage } from "../types.ts";
import { type BuildRecord, recordFormat } from "./types.ts";

export interface RecordedImage {
  readonly image: StoredImage;
  readonly record: BuildRecord;
}

/** The record of one build, or undefined when it or the linker's map is missing. */
function readRecord(store: Store, build: Build): BuildRecord | undefined {
  const text = store.kept(build, "record.json");
  if (text === undefined || !existsSync(store.linkMapPath(build.digest))) return undefined;
  try {
    const record = JSON.parse(text) as BuildRecord;
    return record.format === recordFormat ? record : undefined;
  } catch {
    return undefined;
  }
}

/** The records of all builds that made an image. */
export function keptRecords(store: Store, digest: string): BuildRecord[] {
  return store
    .builds(digest)
    .map((sourceHash) => readRecord(store, { digest, sourceHash }))
    .filter((record) => record !== undefined);
}

/** The record of a stored image; of one of its builds when several sources made it. */
export function findRecord(store: Store, image: StoredImage): BuildRecord | undefined {
  const { digest, sourceHash } = image.manifest;
  for (const each of [sourceHash, ...store.builds(digest)]) {
    const record = readRecord(store, { digest, sourceHash: each });
    if (record) return record;
  }
  return undefined;
}

/** Builds, or finds, the image of a plan together with the record of just this build. */
export async function buildRecorded(
  plan: ImagePlan,
  store: Store,
  options: BuildOptions = {},
): Promise<RecordedImage> {
  const image = await buildImage(plan, store, options);
  const known = readRecord(store, image.manifest);
  if (known) return { image, record: known };
  const { buildMissingImage } = await import("../graph/build-image.ts");
  const again = await buildMissingImage(plan, store, options);
  const record = readRecord(store, again.manifest);
  if (!record) throw new Error(`the record of ${again.manifest.digest} cannot be read back`);
  return { image: again, record };
}
