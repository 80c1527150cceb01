// The software bill of materials of an image: CycloneDX 1.6, made from the record of its build.
// The same record gives the same bytes: no time stamp, and a serial number made of the hashes.

import { Enums, Models, Serialize, SPDX, Spec } from "@cyclonedx/cyclonedx-library";
import { sha256 as sha256Of, treeHash } from "../graph/hash.ts";
import type { BuildRecord, LibraryRecord, SourceRecord } from "../record/types.ts";
import { describeDownload, ownNamespace, ownPurl, upstreamName } from "./origins.ts";
import { partId, relationships } from "./relationships.ts";

/** Licence of what this repository holds. */
const ownLicence = "Apache-2.0";
/** Zig's own sources, compiler_rt among them. */
const compilerLicence = "MIT";
/** What a SHA-256 of several files is over (lib/README.md). */
const treeHashMeaning = "SHA-256 over PATH NUL SHA256 LF lines of the files used, sorted by path";

export const sbomFileName = "sbom.cdx.json";

/** JSON with a newline at its end. */
export function makeSbom(record: BuildRecord): string {
  const image = imageComponent(record);
  const parts = new Map<string, Models.Component>([
    [partId.image, image],
    [partId.application, applicationComponent(record)],
    [partId.runtime, runtimeComponent(record)],
    ...record.libraries.map((library) => byId(libraryComponent(library))),
    ...record.sources.map((source) => byId(sourceComponent(source, record))),
  ]);
  for (const [from, targets] of relationships(record)) {
    for (const to of targets) parts.get(from)?.dependencies.add(part(parts, to).bomRef);
  }
  const bom = new Models.Bom({
    serialNumber: `urn:uuid:${uuidOf(record)}`,
    metadata: new Models.Metadata({
      component: image,
      lifecycles: new Models.LifecycleRepository([Enums.LifecyclePhase.Build]),
      tools: new Models.Tools({ components: new Models.ComponentRepository(tools(record)) }),
    }),
    components: new Models.ComponentRepository(
      [...parts.values()].filter((component) => component !== image),
    ),
  });
  const normalize = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  const serializer = new Serialize.JsonSerializer(normalize);
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function byId(component: Models.Component): [string, Models.Component] {
  return [String(component.bomRef.value), component];
}

function part(parts: ReadonlyMap<string, Models.Component>, id: string): Models.Component {
  const found = parts.get(id);
  if (!found) throw new Error(`the record names ${id}, but does not describe it`);
  return found;
}

function imageComponent({ manifest }: BuildRecord): Models.Component {
  return new Models.Component(Enums.ComponentType.Firmware, "unikernel-image", {
    bomRef: partId.image,
    version: manifest.digest,
    description: "One bootable file: the application and the libraries it needs",
    hashes: sha256(manifest.digest.replace(/^sha256:/, "")),
    properties: properties({
      platform: manifest.platform,
      architecture: manifest.architecture,
      optimize: manifest.optimize,
      sizeBytes: String(manifest.sizeBytes),
      sourceHash: manifest.sourceHash,
    }),
  });
}

function applicationComponent({ application, manifest }: BuildRecord): Models.Component {
  return new Models.Component(Enums.ComponentType.Application, "application", {
    bomRef: partId.application,
    version: manifest.sourceHash,
    description: `The application: ${application.sources.length} compiled of ${application.files.length} files`,
    hashes: sha256(treeHash(application.files)),
    properties: properties({ hashOf: treeHashMeaning, kind: application.kind }),
  });
}

function libraryComponent(library: LibraryRecord): Models.Component {
  const thirdParty = library.sourceOf !== undefined;
  // The library's own code stands beside the source that it wraps.
  const mixed = thirdParty && library.hasOwnCode && library.licence !== ownLicence;
  return new Models.Component(Enums.ComponentType.Library, library.name, {
    bomRef: partId.library(library.name),
    version: library.version,
    description: library.description,
    group: ownNamespace,
    purl: ownPurl(library.name, library.version),
    hashes: sha256(library.sha256),
    licenses: licences(mixed ? `(${library.licence}) AND ${ownLicence}` : library.licence),
    supplier: new Models.OrganizationalEntity({ name: ownNamespace }),
    properties: properties({
      hashOf: treeHashMeaning,
      reason: library.reason,
      ...(library.archiveSha256 === undefined ? {} : { archiveSha256: library.archiveSha256 }),
    }),
  });
}

function sourceComponent(source: SourceRecord, record: BuildRecord): Models.Component {
  const name = upstreamName(source.name);
  const owner = record.libraries.find((library) => library.name === source.name);
  const user = owner ?? record.libraries.find((library) => library.sourceOf === source.name);
  const downloads = source.origins.map((origin) => describeDownload(name, source.version, origin));
  const references = downloads.map(
    (download) =>
      new Models.ExternalReference(
        download.url ?? download.purl,
        Enums.ExternalReferenceType.SourceDistribution,
      ),
  );
  return new Models.Component(Enums.ComponentType.Library, name, {
    bomRef: partId.source(source.name),
    version: source.version,
    hashes: sha256(source.sha256),
    licenses: licences(user?.licence ?? "NOASSERTION"),
    ...(downloads[0] === undefined ? {} : { purl: downloads[0].purl }),
    externalReferences: new Models.ExternalReferenceRepository(references),
    properties: properties({
      hashOf: treeHashMeaning,
      ...(source.edited.length > 0 ? { edited: source.edited.join(", ") } : {}),
    }),
  });
}

function runtimeComponent({ compiler }: BuildRecord): Models.Component {
  return new Models.Component(Enums.ComponentType.Library, "compiler-rt", {
    bomRef: partId.runtime,
    version: zigVersion(compiler.version),
    description: "Functions that compiled code calls without naming them; part of the compiler",
    hashes: sha256(compiler.runtimeSha256),
    licenses: licences(compilerLicence),
    properties: properties({ hashOf: "the archive that is linked" }),
  });
}

function tools(record: BuildRecord): Models.Component[] {
  const { compiler, manifest } = record;
  const version = zigVersion(compiler.version);
  return [
    new Models.Component(Enums.ComponentType.Application, "toolchain", {
      bomRef: "tool:toolchain",
      group: ownNamespace,
      version: manifest.toolchain.version,
      purl: ownPurl("toolchain", manifest.toolchain.version),
      licenses: licences(ownLicence),
    }),
    new Models.Component(Enums.ComponentType.Application, "zig", {
      bomRef: "tool:compiler",
      version,
      description: compiler.version,
      purl: describeDownload("zig", version, { pypi: { package: "ziglang", version } }).purl,
      hashes: sha256(compiler.sha256),
      licenses: licences(compilerLicence),
      properties: properties({ hashOf: treeHashMeaning }),
    }),
  ];
}

function licences(expression: string): Models.LicenseRepository {
  const simple = expression.replace(/^\((\S+)\)/, "$1");
  return new Models.LicenseRepository([
    SPDX.isSupportedSpdxId(simple)
      ? new Models.SpdxLicense(simple)
      : new Models.LicenseExpression(simple),
  ]);
}

function sha256(hex: string): Models.HashDictionary {
  return new Models.HashDictionary([[Enums.HashAlgorithm["SHA-256"], hex]]);
}

function properties(values: Readonly<Record<string, string>>): Models.PropertyRepository {
  return new Models.PropertyRepository(
    Object.entries(values).map(([name, value]) => new Models.Property(`unikernel:${name}`, value)),
  );
}

/** "zig 0.17.1 (clang …)" is version 0.17.1. */
function zigVersion(text: string): string {
  return /\d+(\.\d+)+/.exec(text)?.[0] ?? text;
}

/** RFC 9562's version 8: the bits are ours, so the same build has the same serial number. */
function uuidOf({ manifest }: BuildRecord): string {
  const name = `sbom ${manifest.digest} ${manifest.sourceHash}`;
  const bytes = Buffer.from(sha256Of(name), "hex").subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
