// From a request to a plan: everything that is wrong with it at once, or the resolved
// configuration, the libraries with their reasons, and the hash of all that enters the build.
// Nothing is built, fetched or written, and nothing of this machine enters the hash.
import type { Application } from "./apps/application.ts";
import { readCApplication } from "./apps/c.ts";
import { readTestApplication } from "./apps/library-test.ts";
import { applicationFlags, compileFlags, linkFlags, ownCodeFlags } from "./compiler/flags.ts";
import { compilerIdentity } from "./compiler/pin.ts";
import { keyOf } from "./graph/hash.ts";
import { bundledLibrariesDirectory } from "./home.ts";
import type { Configuration, KconfigTree, Request } from "./kconfig/types.ts";
import type { Library } from "./libraries/library.ts";
import { LibraryRegistry } from "./libraries/registry.ts";
import { ProblemsError } from "./problems.ts";
import { resolveRequest } from "./resolve.ts";
import { sourceKey } from "./sources/tree.ts";
import type { ImagePlan, ImageRequest } from "./types.ts";
import { buildFormat, toolchainVersion } from "./version.ts";

export interface PlanOptions {
  /** Directory of the micro-libraries; default: those that come with the toolchain. */
  readonly librariesDirectory?: string;
}

/** What a build needs beyond the public plan. */
export interface PlanDetails {
  readonly application: Application;
  readonly registry: LibraryRegistry;
  readonly tree: KconfigTree;
  readonly requests: readonly Request[];
  readonly configuration: Configuration;
  /** Sorted by name. */
  readonly libraries: readonly Library[];
  /** Libraries whose headers the application sees. */
  readonly declared: readonly string[];
}

const details = new WeakMap<ImagePlan, PlanDetails>();

/** What planImage knew when it made this plan. */
export function detailsOf(plan: ImagePlan): PlanDetails {
  const found = details.get(plan);
  if (!found) throw new Error("this plan was not made by planImage");
  return found;
}

/** Validates and resolves a request; throws ProblemsError with everything that is wrong. */
export async function planImage(
  request: ImageRequest,
  options: PlanOptions = {},
): Promise<ImagePlan> {
  const registry = new LibraryRegistry(options.librariesDirectory ?? bundledLibrariesDirectory);
  const application =
    request.testFile === undefined
      ? readCApplication(request.app)
      : readTestApplication(request.app, request.testFile);
  const resolved = resolveRequest(request, application, registry);
  const problems = [...application.problems, ...resolved.problems];
  if (problems.length > 0) throw new ProblemsError(problems);
  const plan: ImagePlan = {
    request,
    sourceHash: `sha256:${sourceHash(request, application, resolved.configuration, resolved.libraries)}`,
    libraries: resolved.uses,
    configuration: resolved.configuration.values,
  };
  details.set(plan, {
    application,
    registry,
    tree: resolved.tree,
    requests: resolved.requests,
    configuration: resolved.configuration,
    libraries: resolved.libraries,
    declared: resolved.declared,
  });
  return plan;
}

function sourceHash(
  request: ImageRequest,
  application: Application,
  configuration: Configuration,
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
    [...configuration.values],
    libraries.map((library) => [
      library.name,
      library.contentHash(),
      library.description.source ? sourceKey(library.description.source) : null,
    ]),
    application.kind,
    application.files.map((file) => [file.path, file.sha256]),
  );
}
