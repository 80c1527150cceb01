// The provenance of an image: an in-toto statement with SLSA's provenance predicate, made from the
// record of its build. docs/provenance.md specifies what is ours in it. Unsigned and without
// times, so that every machine that builds the image makes the same bytes.
import type { BuildRecord } from "../record/types.ts";
import { describeDownload, ownPurl, upstreamName } from "../sbom/origins.ts";

/** The build process that docs/provenance.md describes. */
export const buildType = "urn:pulumi-unikernel:build:v1";
export const builderId = "urn:pulumi-unikernel:toolchain";
export const provenanceFileName = "provenance.intoto.json";

/** in-toto's ResourceDescriptor, as far as we use it. */
export interface ResourceDescriptor {
  readonly name?: string;
  readonly uri?: string;
  readonly digest: { readonly sha256: string };
  readonly downloadLocation?: string;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

export interface Statement {
  readonly _type: "https://in-toto.io/Statement/v1";
  readonly subject: readonly ResourceDescriptor[];
  readonly predicateType: "https://slsa.dev/provenance/v1";
  readonly predicate: {
    readonly buildDefinition: {
      readonly buildType: string;
      readonly externalParameters: Readonly<Record<string, unknown>>;
      readonly internalParameters: Readonly<Record<string, unknown>>;
      readonly resolvedDependencies: readonly ResourceDescriptor[];
    };
    readonly runDetails: {
      readonly builder: { readonly id: string; readonly version: Readonly<Record<string, string>> };
      readonly byproducts: readonly ResourceDescriptor[];
    };
  };
}

/** JSON with a newline at its end. */
export function makeProvenance(record: BuildRecord): string {
  return `${JSON.stringify(provenanceStatement(record), undefined, 2)}\n`;
}

export function provenanceStatement(record: BuildRecord): Statement {
  const { manifest, compiler, byproducts } = record;
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "image.elf", digest: { sha256: hexOf(manifest.digest) } }],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: { ...record.request, application: record.application.kind },
        internalParameters: {
          sourceHash: manifest.sourceHash,
          configuration: Object.fromEntries(record.options.map(({ name, value }) => [name, value])),
          compileFlags: record.flags.compile,
          linkFlags: record.flags.link,
        },
        resolvedDependencies: [
          ...applicationFiles(record),
          ...libraries(record),
          ...sources(record),
          { name: "compiler", uri: compilerUri(compiler.version), ...tree(compiler.sha256) },
        ],
      },
      runDetails: {
        builder: {
          id: builderId,
          version: { toolchain: manifest.toolchain.version, compiler: compiler.version },
        },
        byproducts: [
          { name: "symbols.elf", digest: { sha256: byproducts.symbols } },
          { name: "link.map", digest: { sha256: byproducts.linkMap } },
        ],
      },
    },
  };
}

function applicationFiles({ application }: BuildRecord): ResourceDescriptor[] {
  return application.files.map((file) => ({
    name: `application/${file.path}`,
    digest: { sha256: file.sha256 },
  }));
}

function libraries({ libraries }: BuildRecord): ResourceDescriptor[] {
  return libraries.map(({ name, version, sha256 }) => ({
    name: `library/${name}`,
    uri: ownPurl(name, version),
    ...tree(sha256),
  }));
}

function sources({ sources }: BuildRecord): ResourceDescriptor[] {
  return sources.map((source) => {
    const downloads = source.origins.map((origin) =>
      describeDownload(upstreamName(source.name), source.version, origin),
    );
    const [first] = downloads;
    const url = downloads.find((download) => download.url !== undefined)?.url;
    return {
      name: `source/${source.name}`,
      ...(first === undefined ? {} : { uri: first.purl }),
      ...tree(source.sha256),
      ...(url === undefined ? {} : { downloadLocation: url }),
    };
  });
}

/** The digest of many files is that of their listing (docs/provenance.md). */
function tree(sha256: string): Pick<ResourceDescriptor, "digest" | "annotations"> {
  return { digest: { sha256 }, annotations: { digestOf: "listing" } };
}

function compilerUri(version: string): string {
  const number = /\d+(\.\d+)+/.exec(version)?.[0] ?? version;
  return describeDownload("zig", number, { pypi: { package: "ziglang", version: number } }).purl;
}

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, "");
}
