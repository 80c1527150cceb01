// The disk that a cloud's machines start an image from.
import type { SparseDisk } from "@pulumi-unikernel/toolchain";

/** Throws when this machine's store lacks the image. */
export async function imageDisk(
  digest: string,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<SparseDisk> {
  const { readFile } = await import("node:fs/promises");
  const { diskImage, ensureEfiStub, openStore } = await import("@pulumi-unikernel/toolchain");
  const store = openStore();
  const image = await store.image(digest);
  if (image === undefined) {
    throw new Error(`image: this machine's store has no image ${digest}; build it here first`);
  }
  if (image.manifest.platform !== "kvm") {
    throw new Error(
      `image: ${digest} was built for the platform "${image.manifest.platform}"; a machine image needs "kvm"`,
    );
  }
  const stub = await ensureEfiStub(store, { signal });
  return diskImage({ stub, kernel: await readFile(image.path), sizeBytes });
}
