// A kernel that is built already goes to the store as it is.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { entrySymbol } from "../image/elf.ts";
import { detailsOf } from "../plan.ts";
import { recordFormat } from "../record/types.ts";
import { withTemporary } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import type { ImageManifest, ImagePlan, StoredImage } from "../types.ts";
import { toolchainVersion } from "../version.ts";
import { type FileHash, sha256 } from "./hash.ts";

export async function addKernel(plan: ImagePlan, store: Store): Promise<StoredImage> {
  const { request, sourceHash, libraries } = plan;
  const { application } = detailsOf(plan);
  const [file] = application.files as readonly [FileHash];
  const bytes = await readFile(join(application.directory, file.path));
  if (sha256(bytes) !== file.sha256) {
    throw new Error(`${file.path} changed while the image was being made; build again`);
  }
  const { platform, architecture, optimize } = request;
  const toolchain = { version: toolchainVersion, compiler: "none: built elsewhere" };
  const manifest: ImageManifest = {
    digest: `sha256:${file.sha256}`,
    sizeBytes: bytes.length,
    sourceHash,
    platform,
    architecture,
    optimize,
    libraries,
    entrySymbol: entrySymbol(bytes),
    toolchain,
  };
  return withTemporary(store.temporaryDirectory, "kernel", async (directory) => {
    await mkdir(directory);
    const files = {
      image: join(directory, "image.elf"),
      symbols: join(directory, "symbols.elf"),
      linkMap: join(directory, "link.map"),
    };
    // Where it was built here, more is known of it than the file tells.
    const known = await store.image(manifest.digest);
    const symbols = known ? await readFile(known.symbolsPath) : bytes;
    const linkMap = known ? await readFile(store.linkMapPath(manifest.digest)) : "";
    await writeFile(files.image, bytes);
    await writeFile(files.symbols, symbols);
    await writeFile(files.linkMap, linkMap);
    const { kind, sources } = application;
    return store.addImage(manifest, files, {
      format: recordFormat,
      manifest,
      request: { libraries: [], options: {}, optimize, platform, architecture },
      application: { kind, files: application.files, sources },
      libraries: [],
      sources: [],
      edges: [],
      options: [],
      compiler: { version: toolchain.compiler, sha256: "", runtimeSha256: "" },
      flags: { compile: [], link: [] },
      byproducts: { symbols: sha256(symbols), linkMap: sha256(linkMap) },
    });
  });
}
