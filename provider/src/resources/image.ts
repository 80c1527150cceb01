// `unikernel:index:Image`: an application, built. Check finds out what would be built (sourceHash),
// Create and Update build it, in preview too, so that the digest is known before anything changes.
import { createHash } from "node:crypto";
import type { BuildOptions } from "@pulumi-unikernel/toolchain";
import {
  formatProblem,
  type ImageManifest,
  type ImagePlan,
  ProblemsError,
} from "@pulumi-unikernel/toolchain";
import { type PropertyMap, type PropertyValue, Unknown, unwrap } from "../values.ts";
import { imageChanges } from "./image-changes.ts";
import {
  imageRequest,
  isPlannable,
  nameFailures,
  typeFailures,
  withDefaults,
} from "./image-inputs.ts";
import { IMAGE_TOKEN, imageSchema, imageTypes } from "./image-schema.ts";
import { type ImageToolchain, toolchain } from "./image-toolchain.ts";
import type { CallContext, CheckFailure, Resource } from "./resource.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** `programDirectory` is where relative paths begin: the engine starts the plugin in the directory
 * of the Pulumi program. */
export function createImage(
  tools: ImageToolchain,
  programDirectory: string = process.cwd(),
): Resource {
  const plan = (inputs: PropertyMap) => tools.plan(imageRequest(inputs, programDirectory));
  const ownerOf = (urn: string) => `${urn} of ${programDirectory}`;
  /** What the state names stays in the store; another stack may keep the same image. */
  const keep = (urn: string, digest: string) => tools.keep(ownerOf(urn), digest, programDirectory);

  /** The state after a build, or in preview what is known of it without one. */
  async function make(
    context: CallContext,
    inputs: PropertyMap,
    preview: boolean,
    before: PropertyMap,
  ): Promise<PropertyMap> {
    if (!isPlannable(inputs)) return unbuilt(inputs, undefined);
    const planned = await plan(inputs);
    const isBuildWanted = !preview || unwrap(inputs.buildOnPreview ?? true) !== false;
    const image = isBuildWanted
      ? await tools.build(planned, buildOptions(context))
      : await tools.planned(planned.sourceHash);
    if (image === undefined) return unbuilt(inputs, planned, before);
    refuseOtherBytes(before, planned, image.manifest);
    if (!preview) await keep(context.urn, image.manifest.digest);
    return built(inputs, planned, image.manifest);
  }

  function buildOptions({ signal, status, settings }: CallContext): BuildOptions {
    const jobs = settings?.parallelism;
    return { signal, onProgress: status, ...(jobs === undefined ? {} : { jobs }) };
  }

  return {
    token: IMAGE_TOKEN,
    schema: imageSchema,
    types: imageTypes,

    async check(_context, { olds, news }) {
      const { sourceHash: ignored, ...rest } = news;
      const inputs = withDefaults(rest);
      const typeErrors = typeFailures(inputs);
      const failures = [...nameFailures(inputs), ...typeErrors];
      // The engine puts an old sourceHash into the inputs when `ignoreChanges` names it.
      const isIgnored =
        ignored !== undefined && unwrap(ignored) === unwrap(olds.sourceHash ?? null);
      if (ignored !== undefined && ignored !== null && !isIgnored) {
        failures.push({
          property: "sourceHash",
          reason: "is computed from the application and its configuration; remove it",
        });
      }
      if (!isPlannable(inputs)) {
        return { inputs: { ...inputs, sourceHash: ignored ?? Unknown.instance }, failures };
      }
      // With a name that does not exist one can still plan, with a wrong type one cannot.
      if (typeErrors.length > 0) return { inputs, failures };
      try {
        const { sourceHash } = await plan(inputs);
        return { inputs: { ...inputs, sourceHash: isIgnored ? ignored : sourceHash }, failures };
      } catch (error) {
        if (!(error instanceof ProblemsError)) throw error;
        return { inputs, failures: [...failures, ...toFailures(error)] };
      }
    },

    async diff(context, { olds, state, news }) {
      const result = imageChanges(olds, news);
      const digest = unwrap(state.digest ?? null);
      if (Object.keys(result.changes).length > 0 || typeof digest !== "string") return result;
      if (!DIGEST.test(digest)) return result;
      if ((await tools.stored(digest)) !== undefined) {
        await keep(context.urn, digest);
        return result;
      }
      context.log("info", `the image ${digest} is not in this machine's store: rebuilding it`);
      // Everything stays stable: a rebuild gives the same bytes or fails.
      return { ...result, needsUpdate: true };
    },

    async create(context, { inputs, preview }) {
      return { id: imageId(context.urn), state: await make(context, inputs, preview, {}) };
    },

    async update(context, { state, news, preview }) {
      return make(context, news, preview, state);
    },

    async read(context, { id, inputs, state }) {
      // An image that is missing from the store is not gone: it can be built again.
      if (Object.keys(state).length > 0) {
        const digest = unwrap(state.digest ?? null);
        if (typeof digest === "string" && DIGEST.test(digest)) await keep(context.urn, digest);
        return { inputs, state };
      }
      if (!DIGEST.test(id)) {
        throw new Error(`an Image is imported by its digest, "sha256:" and 64 digits, not "${id}"`);
      }
      const image = await tools.stored(id);
      if (image === undefined) {
        throw new Error(`there is no image ${id} in this machine's store; build it here first`);
      }
      await keep(context.urn, id);
      const found = importedInputs(image.manifest);
      return { inputs: found, state: { ...found, ...fromManifest(image.manifest) } };
    },

    async delete(context, { state }) {
      const digest = unwrap(state.digest ?? null);
      if (typeof digest === "string") await tools.release(ownerOf(context.urn), digest);
      context.status("the image's file stays in the store, which is a cache");
    },
  };
}

/** Unique in the machine's stacks and readable: the resource's name and a hash of its URN. */
function imageId(urn: string): string {
  const name = urn.split("::").slice(3).join("::");
  return `${name}-${createHash("sha256").update(urn).digest("hex").slice(0, 12)}`;
}

function toFailures(error: ProblemsError): CheckFailure[] {
  return error.problems.map((problem) => ({
    property: problem.path,
    reason: formatProblem({ ...problem, path: "" }),
  }));
}

function libraryList(libraries: ImagePlan["libraries"]): PropertyValue {
  return libraries.map(({ name, version, reason }) => ({ name, version, reason }));
}

function fromManifest(manifest: ImageManifest): PropertyMap {
  return {
    digest: manifest.digest,
    sizeBytes: manifest.sizeBytes,
    libraries: libraryList(manifest.libraries),
    entrySymbol: manifest.entrySymbol,
    toolchain: { ...manifest.toolchain },
  };
}

function built(inputs: PropertyMap, plan: ImagePlan, manifest: ImageManifest): PropertyMap {
  return {
    ...inputs,
    ...fromManifest(manifest),
    // The sources may have been edited since Check: the state says what was built, and the next
    // preview sees the difference.
    sourceHash: plan.sourceHash,
    libraries: libraryList(plan.libraries),
  };
}

/** What preview can say without building. */
function unbuilt(
  inputs: PropertyMap,
  plan: ImagePlan | undefined,
  before: PropertyMap = {},
): PropertyMap {
  const isUnchanged = plan !== undefined && plan.sourceHash === unwrap(before.sourceHash ?? null);
  const known = (name: string) =>
    isUnchanged ? (before[name] ?? Unknown.instance) : Unknown.instance;
  return {
    ...inputs,
    sourceHash: plan?.sourceHash ?? Unknown.instance,
    libraries: plan === undefined ? Unknown.instance : libraryList(plan.libraries),
    digest: known("digest"),
    sizeBytes: known("sizeBytes"),
    entrySymbol: known("entrySymbol"),
    toolchain: known("toolchain"),
  };
}

/** Inputs of which the manifest knows; where the application was is not among them. */
function importedInputs(manifest: ImageManifest): PropertyMap {
  return {
    libraries: manifest.libraries
      .filter(({ reason }) => reason === "declared")
      .map(({ name }) => name),
    optimize: manifest.optimize,
    platform: manifest.platform,
    architecture: manifest.architecture,
    sourceHash: manifest.sourceHash,
  };
}

/** The same sources must give the same bytes; otherwise guests would be replaced for no reason. */
function refuseOtherBytes(before: PropertyMap, plan: ImagePlan, manifest: ImageManifest): void {
  const old = unwrap(before) as PropertyMap;
  if (typeof old.digest !== "string" || old.digest === manifest.digest) return;
  if (old.sourceHash !== plan.sourceHash) return;
  const { version, compiler } = (old.toolchain ?? {}) as { version?: string; compiler?: string };
  const here = manifest.toolchain;
  const differences = [
    ...(version === here.version ? [] : [`toolchain ${version} there, ${here.version} here`]),
    ...(compiler === here.compiler ? [] : [`compiler ${compiler} there, ${here.compiler} here`]),
  ];
  throw new Error(
    `the same sources (${plan.sourceHash}) gave ${manifest.digest} on this machine, but the state names ${old.digest}: ` +
      (differences.length > 0
        ? `${differences.join("; ")}. Use the same versions, or change the application to accept a new image`
        : "the toolchain reports the same versions, so that its installation differs; remove the store's directory and try again"),
  );
}

export const image = createImage(toolchain);
