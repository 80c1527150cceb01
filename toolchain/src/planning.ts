// The work of planning: resolves a request against the libraries and hashes all that enters the
// build. Loaded only when the same was not planned before.
import { readFileSync } from "node:fs";
import type { Application } from "./apps/application.ts";
import { applicationFlags, compileFlags, linkFlags, ownCodeFlags } from "./compiler/flags.ts";
import { compilerIdentity } from "./compiler/pin.ts";
import { type FileHash, type KeyPart, keyOf, treeHash } from "./graph/hash.ts";
import type { Library } from "./libraries/library.ts";
import { linkerScript } from "./libraries/linker-script.ts";
import { LibraryRegistry } from "./libraries/registry.ts";
import type { PlanDetails } from "./plan.ts";
import { ProblemsError } from "./problems.ts";
import { type Resolution, resolution as resolve } from "./resolution.ts";
import { sourceKey } from "./sources/tree.ts";
import type { ImagePlan, ImageRequest } from "./types.ts";
import { buildFormat, toolchainVersion } from "./version.ts";

export interface Planned {
  readonly plan: ImagePlan;
  readonly details: PlanDetails;
}

/** Of an application into which nothing of ours goes. */
const nothingResolved: Resolution = {
  configuration: [],
  symbols: [],
  libraries: [],
  uses: [],
  declared: [],
  edges: [],
  options: [],
};

/** Throws ProblemsError with everything that is wrong. */
export async function planInFull(
  request: ImageRequest,
  application: Application,
  librariesDirectory: string,
  /** Of the libraries' directory, as the registry would read them. */
  libraryFiles: readonly FileHash[],
): Promise<Planned> {
  const registry = new LibraryRegistry(librariesDirectory, libraryFiles);
  const resolution =
    application.kind === "kernel"
      ? nothingResolved
      : await resolve(request, application, registry, libraryFiles);
  const problems = "declared" in resolution ? [] : resolution;
  const all = [...application.problems, ...problems];
  if (!("declared" in resolution) || all.length > 0) throw new ProblemsError(all);
  const { uses, configuration } = resolution;
  const libraries = resolution.libraries.map((name) => registry.get(name, "libraries"));
  const hash =
    application.kind === "kernel"
      ? keyOf("kernel", request.platform, request.architecture, treeHash(application.files))
      : sourceHash(request, application, configuration, libraries);
  return {
    plan: {
      request,
      sourceHash: `sha256:${hash}`,
      libraries: uses,
      configuration: new Map(configuration),
    },
    details: { application, registry, resolution, libraries },
  };
}

function sourceHash(
  request: ImageRequest,
  application: Application,
  configuration: Resolution["configuration"],
  libraries: readonly Library[],
): string {
  return keyOf(
    "image",
    buildFormat,
    toolchainVersion,
    compilerIdentity,
    [...compileFlags(request.optimize)],
    [...linkFlags(request.optimize)],
    [...ownCodeFlags, ...applicationFlags],
    request.platform,
    request.architecture,
    request.optimize,
    configuration.map((entry) => [...entry]),
    libraries.map((library) => [
      library.name,
      library.contentHash(),
      library.description.source ? sourceKey(library.description.source) : null,
    ]),
    application.kind,
    application.makerHash ?? null,
    application.files.map((file) => [file.path, file.sha256]),
    ...madeParts(application, libraries),
  );
}

/** What an application makes of its files; nothing for one that makes nothing. */
function madeParts({ made }: Application, libraries: readonly Library[]): KeyPart[] {
  if (!made) return [];
  return [[...made.sources], made.linkerScript(readFileSync(linkerScript(libraries), "utf8"))];
}
