// From a request to a plan: everything that is wrong with it at once, or the resolved
// configuration, the libraries with their reasons, and the hash of all that enters the build.
// Nothing is built or fetched, and nothing of this machine enters the hash. What was planned once
// is remembered under the hash of all that decided it.
import { statSync } from "node:fs";
import type { Application } from "./apps/application.ts";
import { readCApplication } from "./apps/c.ts";
import { isModuleName } from "./apps/module-name.ts";
import { type FileHash, keyOf, treeHash } from "./graph/hash.ts";
import { bundledLibrariesDirectory } from "./home.ts";
import type { Library } from "./libraries/library.ts";
import type { LibraryRegistry } from "./libraries/registry.ts";
import { isLibraryFile, readKnownTree } from "./libraries/tree.ts";
import { recall, remember } from "./memory/memory.ts";
import { planningCodeHash } from "./memory/planning-code.ts";
import type { Resolution } from "./resolution.ts";
import type { ImagePlan, ImageRequest, LibraryUse } from "./types.ts";

export interface PlanOptions {
  /** Directory of the micro-libraries; default: those that come with the toolchain. */
  readonly librariesDirectory?: string;
}

/** What a build needs beyond the public plan. */
export interface PlanDetails {
  readonly application: Application;
  readonly registry: LibraryRegistry;
  readonly resolution: Resolution;
  /** Sorted by name. */
  readonly libraries: readonly Library[];
}

/** Of a plan that was remembered, how to plan it once more. */
type Known = PlanDetails | (() => Promise<PlanDetails>);

const known = new WeakMap<ImagePlan, Known>();

/** What planImage knew when it made this plan; after completePlan() has run. */
export function detailsOf(plan: ImagePlan): PlanDetails {
  const found = known.get(plan);
  if (!found) throw new Error("this plan was not made by planImage");
  if (typeof found === "function") throw new Error("this plan has not been completed");
  return found;
}

/** Makes sure that the plan's details are there: a look-up of its image does not need them. */
export async function completePlan(plan: ImagePlan): Promise<void> {
  const found = known.get(plan);
  if (typeof found === "function") known.set(plan, await found());
}

/** Validates and resolves a request; throws ProblemsError with everything that is wrong. */
export async function planImage(
  request: ImageRequest,
  options: PlanOptions = {},
): Promise<ImagePlan> {
  const librariesDirectory = options.librariesDirectory ?? bundledLibrariesDirectory;
  const application = await readApplication(request);
  const libraryFiles = readKnownTree(librariesDirectory, isLibraryFile);
  const planNow = async (files: readonly FileHash[]) => {
    const { planInFull } = await import("./planning.ts");
    return planInFull(request, application, librariesDirectory, files);
  };
  const name = memoryName(request, application, libraryFiles);
  const remembered = recall("plans", name) as RememberedPlan | undefined;
  if (remembered) {
    const { configuration, ...rest } = remembered;
    const plan: ImagePlan = { request, ...rest, configuration: new Map(configuration) };
    known.set(plan, async () => {
      const filesNow = readKnownTree(librariesDirectory, isLibraryFile);
      const { plan: again, details } = await planNow(filesNow);
      if (again.sourceHash === plan.sourceHash) return details;
      throw new Error("the libraries changed while the image was being built; build again");
    });
    return plan;
  }
  const { plan, details } = await planNow(libraryFiles);
  known.set(plan, details);
  const { sourceHash, libraries, configuration } = plan;
  const value: RememberedPlan = { sourceHash, libraries, configuration: [...configuration] };
  remember("plans", name, value);
  return plan;
}

interface RememberedPlan {
  readonly sourceHash: string;
  readonly libraries: readonly LibraryUse[];
  readonly configuration: readonly (readonly [string, string])[];
}

async function readApplication(request: ImageRequest): Promise<Application> {
  if (request.testFile !== undefined) {
    const { readTestApplication } = await import("./apps/library-test.ts");
    return readTestApplication(request.app, request.testFile);
  }
  if (isModuleName(request.app)) {
    const { readFunctionApplication } = await import("./apps/function.ts");
    return readFunctionApplication(request.app, request.text);
  }
  if (!statSync(request.app, { throwIfNoEntry: false })?.isFile()) {
    return readCApplication(request.app);
  }
  const { readFileApplication } = await import("./apps/program-file.ts");
  return readFileApplication(request);
}

/** The hash of all that decides about a plan: the request, the files, and the code that plans. */
function memoryName(
  request: ImageRequest,
  application: Application,
  libraryFiles: readonly FileHash[],
): string {
  return keyOf(
    "plan",
    planningCodeHash(),
    treeHash(libraryFiles),
    JSON.stringify({ ...request, app: "" }),
    JSON.stringify({ ...application, directory: "", files: treeHash(application.files) }),
  );
}
