// The application as a unit of the build: it sees the declared libraries' headers and libc.
import { applicationFlags } from "../compiler/flags.ts";
import type { Library } from "../libraries/library.ts";
import { detailsOf } from "../plan.ts";
import { ProblemsError } from "../problems.ts";
import type { BuildOptions, ImagePlan } from "../types.ts";
import { compileAll, ensureConfigHeader, ensureTrees } from "./archive.ts";
import type { CompiledObject, SourceFile } from "./compile.ts";
import type { MadeFiles } from "./made-files.ts";
import { missingHeaderHints } from "./missing-header.ts";
import type { Pool } from "./pool.ts";
import { type ImageContext, type Unit, unit } from "./unit.ts";

/** The application's compile context. */
async function applicationUnit(
  image: ImageContext,
  plan: ImagePlan,
  options: BuildOptions,
  onCompiling: () => void,
): Promise<Unit> {
  const { application, resolution, registry } = detailsOf(plan);
  const visible = registry.visible(resolution.declared, "the application");
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
  let verdict: Promise<boolean> | undefined;
  const treesAreIntact = () => {
    if (!verdict) {
      onCompiling();
      verdict = ensureAll(image, visible, options);
    }
    return verdict;
  };
  return { ...result, context: { ...result.context, treesAreIntact } };
}

/** Brings what the headers of libraries need; false when something of it was not there. */
async function ensureAll(
  image: ImageContext,
  libraries: readonly Library[],
  options: BuildOptions,
): Promise<boolean> {
  let wereIntact = true;
  for (const library of libraries) {
    const { wasIntact } = await ensureTrees(image, library, options);
    wereIntact &&= wasIntact;
  }
  return wereIntact;
}

/** Tells when a compiler runs: the moment for all that does not have to be done before. */
export async function compileApplication(
  image: ImageContext,
  plan: ImagePlan,
  made: MadeFiles,
  pool: Pool,
  options: BuildOptions,
  onCompiling: () => void,
): Promise<CompiledObject[]> {
  const { application, registry, resolution } = detailsOf(plan);
  const own = await applicationUnit(image, plan, options, onCompiling);
  const source = (directory: string, path: string, sha256: string): SourceFile => ({
    directory,
    path,
    logical: `${application.logical}/${path}`,
    sha256,
    flags: applicationFlags,
  });
  const hashes = new Map(application.files.map((file) => [file.path, file.sha256]));
  const sources = [
    ...application.sources.map((path) =>
      source(application.directory, path, hashes.get(path) as string),
    ),
    ...made.sources.map(({ path, sha256 }) => source(made.directory, path, sha256)),
  ];
  try {
    // Its mistakes are what a user waits for.
    const objects = await compileAll(
      own.context,
      sources,
      pool,
      options,
      "the application",
      "urgent",
    );
    const others = await application.makeObjects?.(registry, image.store, options);
    return [...objects, ...(others ?? [])];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    throw new ProblemsError(missingHeaderHints(error.problems, registry, resolution.declared));
  }
}
