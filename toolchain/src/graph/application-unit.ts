// The application as a unit of the build: it sees the declared libraries' headers and libc.
import { applicationFlags } from "../compiler/flags.ts";
import { detailsOf } from "../plan.ts";
import { ProblemsError } from "../problems.ts";
import type { BuildOptions, ImagePlan } from "../types.ts";
import { compileAll, ensureConfigHeader, ensureTrees } from "./archive.ts";
import type { CompiledObject, SourceFile } from "./compile.ts";
import { missingHeaderHints } from "./missing-header.ts";
import type { Pool } from "./pool.ts";
import { type ImageContext, type Unit, unit } from "./unit.ts";

/** Fetches what the headers need and returns the application's compile context. */
async function applicationUnit(
  image: ImageContext,
  plan: ImagePlan,
  options: BuildOptions,
): Promise<Unit> {
  const { application, declared, registry } = detailsOf(plan);
  const visible = registry.visible(declared, "the application");
  for (const library of visible) await ensureTrees(image, library, options);
  const hosted = visible.some((library) => library.name === "musl-headers");
  const result = unit(image, {
    search: [
      {
        flag: "-I",
        directory: application.directory,
        identity: application.files.map((file) => file.path),
      },
    ],
    roots: [{ logical: application.logical, directory: application.directory, fixed: false }],
    visible,
    folders: new Set(visible.map((library) => library.name)),
    flags: hosted ? [] : ["-ffreestanding"],
  });
  await ensureConfigHeader(image.store, result.context, result.configHeaderText);
  return result;
}

export async function compileApplication(
  image: ImageContext,
  plan: ImagePlan,
  pool: Pool,
  options: BuildOptions,
): Promise<CompiledObject[]> {
  const { application, registry, declared } = detailsOf(plan);
  const own = await applicationUnit(image, plan, options);
  const hashes = new Map(application.files.map((file) => [file.path, file.sha256]));
  const sources: SourceFile[] = application.sources.map((path) => ({
    directory: application.directory,
    path,
    logical: `${application.logical}/${path}`,
    sha256: hashes.get(path) as string,
    flags: applicationFlags,
  }));
  try {
    // Its mistakes are what a user waits for.
    return await compileAll(own.context, sources, pool, options, "the application", "urgent");
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    throw new ProblemsError(missingHeaderHints(error.problems, registry, declared));
  }
}
