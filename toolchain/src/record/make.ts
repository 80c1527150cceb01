// Writes down what went into an image, while the build still knows it.
import { compilerVersion } from "../compiler/compiler.ts";
import { compileFlags, linkFlags } from "../compiler/flags.ts";
import { compilerPin } from "../compiler/pin.ts";
import type { Library } from "../libraries/library.ts";
import { detailsOf, type PlanDetails } from "../plan.ts";
import type { ImageManifest, ImagePlan } from "../types.ts";
import { type BuildRecord, type LibraryRecord, recordFormat, type SourceRecord } from "./types.ts";

export interface BuildResults {
  readonly manifest: ImageManifest;
  /** By library; undefined for one without sources. */
  readonly archives: readonly {
    readonly library: { readonly name: string };
    readonly sha256: string | undefined;
  }[];
  readonly runtimeSha256: string;
  readonly byproducts: BuildRecord["byproducts"];
}

export function makeRecord(plan: ImagePlan, results: BuildResults): BuildRecord {
  const details = detailsOf(plan);
  const { application, libraries, resolution } = details;
  const { request } = plan;
  return {
    format: recordFormat,
    manifest: results.manifest,
    request: {
      libraries: request.libraries,
      options: request.options,
      optimize: request.optimize,
      platform: request.platform,
      architecture: request.architecture,
    },
    application: {
      kind: application.kind,
      files: application.files,
      sources: application.sources,
    },
    libraries: libraries.map((library) => recordLibrary(library, details, results)),
    sources: recordSources(details),
    edges: resolution.edges,
    options: resolution.options,
    compiler: {
      version: compilerVersion,
      sha256: compilerPin.sha256,
      runtimeSha256: results.runtimeSha256,
    },
    flags: {
      compile: compileFlags(request.optimize),
      link: linkFlags(request.optimize),
    },
    byproducts: results.byproducts,
  };
}

function recordLibrary(
  library: Library,
  { registry }: PlanDetails,
  { manifest, archives }: BuildResults,
): LibraryRecord {
  const { version, licence, description } = library.description;
  const source = registry.sourceOwner(library)?.name;
  const archive = archives.find((one) => one.library.name === library.name)?.sha256;
  return {
    name: library.name,
    version,
    licence,
    description,
    reason: manifest.libraries.find((use) => use.name === library.name)?.reason ?? "",
    sha256: library.contentHash(),
    hasOwnCode: library.files().some((file) => /\.(c|S|h)$/.test(file.path)),
    ...(source === undefined ? {} : { sourceOf: source }),
    ...(archive === undefined ? {} : { archiveSha256: archive }),
  };
}

function recordSources({ libraries, registry }: PlanDetails): SourceRecord[] {
  const owners = new Map<string, SourceRecord>();
  for (const library of libraries) {
    const owner = registry.sourceOwner(library);
    const source = owner?.description.source;
    if (!owner || !source) continue;
    owners.set(owner.name, {
      name: owner.name,
      version: source.version,
      sha256: source.sha256,
      origins: source.origins,
      edited: [...new Set(source.edits.map((edit) => edit.file))].sort(),
    });
  }
  return [...owners.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}
