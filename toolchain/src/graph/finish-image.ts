// The second half of a build: link, write the image, add it to the store with the record of it.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compilerVersion } from "../compiler/compiler.ts";
import { bootableImage, entrySymbol } from "../image/elf.ts";
import { ProblemsError } from "../problems.ts";
import { makeRecord } from "../record/make.ts";
import { withTemporary } from "../store/atomic.ts";
import type { BuildOptions, ImageManifest, ImagePlan, StoredImage } from "../types.ts";
import { toolchainVersion } from "../version.ts";
import { sha256, sha256File } from "./hash.ts";
import { LinkFailure, linkMapName } from "./link.ts";
import { type ClosureInputs, type LinkedImage, linkClosure } from "./link-closure.ts";
import type { Pool } from "./pool.ts";
import { linkProblems } from "./undefined-symbols.ts";
import type { ImageContext } from "./unit.ts";

export async function finishImage(
  image: ImageContext,
  plan: ImagePlan,
  compiled: Omit<ClosureInputs, "scope">,
  pool: Pool,
  options: BuildOptions,
): Promise<StoredImage> {
  const { store } = image;
  return withTemporary(store.temporaryDirectory, "link", async (directory) => {
    const inputs = { ...compiled, scope: plan.request.app };
    let linked: LinkedImage;
    try {
      linked = await linkClosure(image, inputs, directory, pool, options);
    } catch (error) {
      if (!(error instanceof LinkFailure)) throw error;
      throw new ProblemsError(linkProblems(error.output, plan));
    }
    const bytes = bootableImage(linked.bytes);
    const path = join(directory, "image.elf");
    await writeFile(path, bytes);
    const manifest: ImageManifest = {
      digest: `sha256:${sha256(bytes)}`,
      sizeBytes: bytes.length,
      sourceHash: plan.sourceHash,
      platform: plan.request.platform,
      architecture: plan.request.architecture,
      optimize: plan.request.optimize,
      libraries: plan.libraries,
      entrySymbol: entrySymbol(linked.bytes),
      toolchain: { version: toolchainVersion, compiler: compilerVersion },
    };
    const linkMap = join(dirname(linked.path), linkMapName);
    const record = makeRecord(plan, {
      manifest,
      archives: linked.archives,
      runtimeSha256: compiled.runtime,
      byproducts: { symbols: sha256(linked.bytes), linkMap: sha256File(linkMap) },
    });
    return store.addImage(manifest, { image: path, symbols: linked.path, linkMap }, record);
  });
}
