// From a plan to an image: what is in the store already costs a look-up; the machinery of a build
// is loaded only when there is something to build.
import type { Store } from "./store/store.ts";
import type { BuildOptions, ImagePlan, StoredImage } from "./types.ts";

/** Builds, or finds, the image of a plan that planImage made. */
export async function buildImage(
  plan: ImagePlan,
  store: Store,
  options: BuildOptions = {},
): Promise<StoredImage> {
  options.signal?.throwIfAborted();
  const known = await store.planned(plan.sourceHash);
  if (known) return withReasons(known, plan);
  try {
    const { buildMissingImage } = await import("./graph/build-image.ts");
    const { locked } = await import("./graph/action.ts");
    const built = await locked(
      store,
      `image-${plan.sourceHash.slice("sha256:".length)}`,
      options,
      async () =>
        (await store.planned(plan.sourceHash)) ?? (await buildMissingImage(plan, store, options)),
      () => options.onProgress?.("waiting for another build of the same image"),
    );
    return withReasons(built, plan);
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const { explainStorageFailure } = await import("./store/full.ts");
    throw await explainStorageFailure(error, store.directory);
  }
}

/** Another request may have built it, by which a library was selected that this one declares. */
function withReasons(image: StoredImage, plan: ImagePlan): StoredImage {
  return { ...image, manifest: { ...image.manifest, libraries: plan.libraries } };
}
