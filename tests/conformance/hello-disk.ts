// The disk of examples/hello, for what sends disks to clouds: whether it boots shows that it arrived.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SparseDisk } from "../../toolchain/src/disk/sparse.ts";
import {
  buildImage,
  diskImage,
  ensureEfiStub,
  openStore,
  planImage,
} from "../../toolchain/src/index.ts";

export async function helloDisk(
  sizeBytes: number,
): Promise<{ readonly digest: string; readonly disk: SparseDisk }> {
  const app = fileURLToPath(new URL("../../examples/hello", import.meta.url));
  const request = { app, libraries: [], options: {}, optimize: "speed" } as const;
  const plan = await planImage({ ...request, platform: "kvm", architecture: "x86_64" });
  const store = openStore();
  const image = await buildImage(plan, store);
  const stub = await ensureEfiStub(store);
  const disk = diskImage({ stub, kernel: readFileSync(image.path), sizeBytes });
  return { digest: image.manifest.digest, disk };
}
