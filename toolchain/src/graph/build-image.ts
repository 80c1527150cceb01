// The work of a build: fetch what is missing, compile, then link and add the image to the store.
import { compilerAt } from "../compiler/compiler.ts";
import { ensureCompiler } from "../compiler/ensure.ts";
import { linkerScript } from "../libraries/linker-script.ts";
import { completePlan, detailsOf } from "../plan.ts";
import { removeAbandoned } from "../store/atomic.ts";
import { collectWhenDue } from "../store/automatic.ts";
import { withLease } from "../store/leases.ts";
import { storeLimitBytes } from "../store/limit.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions, ImagePlan, StoredImage } from "../types.ts";
import { addKernel } from "./add-kernel.ts";
import { compileApplication } from "./application-unit.ts";
import { ensureArchive } from "./archive.ts";
import { type MadeFiles, withMadeFiles } from "./made-files.ts";
import { Pool } from "./pool.ts";
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
  const isBuilt = detailsOf(plan).application.kind === "kernel";
  const image = await withLease(store, options, () =>
    isBuilt ? addKernel(plan, store) : build(plan, store, options),
  );
  void collectWhenDue(store);
  return image;
}

async function build(plan: ImagePlan, store: Store, options: BuildOptions): Promise<StoredImage> {
  const { registry, resolution } = detailsOf(plan);
  await removeAbandoned(store.temporaryDirectory);
  const compiler = compilerAt(await ensureCompiler(options));
  const image: ImageContext = {
    store,
    compiler,
    registry,
    optimize: plan.request.optimize,
    symbols: new Map(resolution.symbols),
    values: plan.configuration,
    trees: new Map(),
  };
  return withMadeFiles(
    store,
    detailsOf(plan).application,
    linkerScript(detailsOf(plan).libraries),
    (made) => buildWith(image, plan, made, options),
  );
}

async function buildWith(
  image: ImageContext,
  plan: ImagePlan,
  made: MadeFiles,
  options: BuildOptions,
): Promise<StoredImage> {
  const { store, compiler } = image;
  const { libraries } = detailsOf(plan);
  const pool = new Pool(options.jobs);
  const whole = libraries.filter(({ description }) => description.link === "whole");
  // What the application's compiler does not wait for is looked up, and loaded, while it runs.
  const compiling = Promise.withResolvers<void>();
  const application = compileApplication(image, plan, made, pool, options, compiling.resolve);
  const rest = async () => {
    await compiling.promise;
    const { finishImage } = await import("./finish-image.ts");
    const archives = await pool.together(
      ...whole.map((library) => ensureArchive(image, library, pool, options)),
    );
    return { finishImage, archives };
  };
  const runtime = async () => {
    await compiling.promise;
    const { ensureRuntime } = await import("../compiler/runtime.ts");
    return pool.run(() => ensureRuntime(store, compiler, options));
  };
  const [objects, { finishImage, archives }, runtimeSha256] = await pool.together(
    application.finally(compiling.resolve),
    rest(),
    runtime(),
  );
  const inputs = {
    objects,
    whole: archives,
    libraries,
    runtime: runtimeSha256,
    linkerScript: made.linkerScript,
  };
  return finishImage(image, plan, inputs, pool, options);
}
