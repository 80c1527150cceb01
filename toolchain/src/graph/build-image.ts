// The work of a build: fetch what is missing, compile, link, write the image, add it to the store.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compilerAt, compilerVersion } from "../compiler/compiler.ts";
import { ensureCompiler } from "../compiler/ensure.ts";
import { ensureRuntime } from "../compiler/runtime.ts";
import { bootableImage, entrySymbol } from "../image/elf.ts";
import { completePlan, detailsOf } from "../plan.ts";
import { ProblemsError } from "../problems.ts";
import { makeRecord } from "../record/make.ts";
import { removeAbandoned, withTemporary } from "../store/atomic.ts";
import { collectWhenDue } from "../store/automatic.ts";
import { withLease } from "../store/leases.ts";
import { storeLimitBytes } from "../store/limit.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions, ImageManifest, ImagePlan, StoredImage } from "../types.ts";
import { toolchainVersion } from "../version.ts";
import { compileApplication } from "./application-unit.ts";
import { ensureArchive } from "./archive.ts";
import { sha256, sha256File } from "./hash.ts";
import { LinkFailure, linkMapName } from "./link.ts";
import { type LinkedImage, linkClosure } from "./link-closure.ts";
import { Pool } from "./pool.ts";
import { linkProblems } from "./undefined-symbols.ts";
import type { ImageContext } from "./unit.ts";

/** Builds an image that the store lacks and adds it. Whatever it looks up stays meanwhile. */
export async function buildMissingImage(
  plan: ImagePlan,
  store: Store,
  options: BuildOptions,
): Promise<StoredImage> {
  await completePlan(plan);
  // Told before anything is built, not after.
  storeLimitBytes();
  const image = await withLease(store, options, () => build(plan, store, options));
  void collectWhenDue(store);
  return image;
}

async function build(plan: ImagePlan, store: Store, options: BuildOptions): Promise<StoredImage> {
  const { registry, tree, libraries } = detailsOf(plan);
  await removeAbandoned(store.temporaryDirectory);
  const compiler = compilerAt(await ensureCompiler(options));
  const image: ImageContext = {
    store,
    compiler,
    registry,
    optimize: plan.request.optimize,
    symbols: tree.symbols,
    values: plan.configuration,
    trees: new Map(),
  };
  const script = linkerScript(plan);
  const pool = new Pool(options.jobs);
  const whole = libraries.filter(({ description }) => description.link === "whole");
  const [objects, archives, runtime] = await pool.together(
    compileApplication(image, plan, pool, options),
    pool.together(...whole.map((library) => ensureArchive(image, library, pool, options))),
    pool.run(() => ensureRuntime(store, compiler, options)),
  );
  return withTemporary(store.temporaryDirectory, "link", async (directory) => {
    const scope = plan.request.app;
    const inputs = { objects, whole: archives, libraries, runtime, linkerScript: script, scope };
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
      runtimeSha256: runtime,
      byproducts: { symbols: sha256(linked.bytes), linkMap: sha256File(linkMap) },
    });
    return store.addImage(manifest, { image: path, symbols: linked.path, linkMap }, record);
  });
}

/** The platform's linker script; a platform is the one library that has one. */
function linkerScript(plan: ImagePlan): string {
  const scripts = detailsOf(plan).libraries.flatMap(({ directory, description }) =>
    description.linkerScript ? [join(directory, description.linkerScript)] : [],
  );
  const [script] = scripts;
  if (!script || scripts.length > 1) {
    throw new Error(`exactly one library must have a linkerScript; ${scripts.length} have`);
  }
  return script;
}
