// What is said of an image: its bill of materials and its provenance, checked against CycloneDX's
// own schema and against the files they speak of.
import { readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SPDX, Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { beforeAll, describe, expect, test } from "vitest";
import { compilerPin } from "../../toolchain/src/compiler/pin.ts";
import { sha256File, treeHash } from "../../toolchain/src/graph/hash.ts";
import {
  bundledLibrariesDirectory,
  LibraryRegistry,
  openStore,
  planImage,
} from "../../toolchain/src/index.ts";
import { readTree } from "../../toolchain/src/libraries/tree.ts";
import { provenanceStatement } from "../../toolchain/src/provenance/provenance.ts";
import { buildRecorded, type RecordedImage } from "../../toolchain/src/record/ensure.ts";
import { makeSbom } from "../../toolchain/src/sbom/sbom.ts";
import { workshop } from "./builder-support.ts";

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly { license?: { id: string }; expression?: string }[];
  readonly externalReferences?: readonly { readonly url: string }[];
}

interface Sbom {
  readonly metadata: { component: Component; tools: { components: Component[] } };
  readonly components: readonly Component[];
  readonly dependencies: readonly { ref: string; dependsOn?: string[] }[];
}

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const app = join(import.meta.dirname, "../../examples/http-server/app");
const store = openStore();
let built: RecordedImage;
let sbom: Sbom;

beforeAll(async () => {
  const plan = await planImage({
    app,
    libraries: ["lwip", "httpd"],
    options: {},
    optimize: "speed",
    platform: "kvm",
    architecture: "x86_64",
  });
  built = await buildRecorded(plan, store);
  sbom = JSON.parse(makeSbom(built.record)) as Sbom;
});

function component(ref: string): Component {
  const found = sbom.components.find((each) => each["bom-ref"] === ref);
  if (!found) throw new Error(`the SBOM has no ${ref}`);
  return found;
}

describe("the bill of materials", () => {
  test("is valid CycloneDX 1.6 by the official schema, which refuses a broken one", async () => {
    const text = makeSbom(built.record);
    expect(await validator.validate(text)).toBeNull();
    expect(await validator.validate(text.replace('"firmware"', '"firmwear"'))).not.toBeNull();
  });

  test("names the image, every library with version and hash, and the compiler", () => {
    const { digest, libraries } = built.image.manifest;
    expect(`sha256:${sbom.metadata.component.hashes[0]?.content}`).toBe(digest);
    expect(libraries.length).toBeGreaterThan(10);
    for (const { name, version } of libraries) {
      const entry = component(`library:${name}`);
      expect(entry.version).toBe(version);
      expect(entry.purl).toBe(`pkg:generic/pulumi-unikernel/${name}@${version}`);
      const files = readTree(join(bundledLibrariesDirectory, name), (path) => path !== "test");
      expect(entry.hashes).toEqual([{ alg: "SHA-256", content: treeHash(files) }]);
    }
    const compiler = sbom.metadata.tools.components.find((tool) => tool.name === "zig");
    expect(compiler?.version).toBe(compilerPin.version);
    expect(compiler?.hashes[0]?.content).toBe(compilerPin.sha256);
  });

  test("says of third-party code where it comes from and under which licence", () => {
    const musl = component("source:musl-headers");
    const pin = new LibraryRegistry(bundledLibrariesDirectory).get("musl-headers", "test");
    expect(musl).toMatchObject({
      name: "musl",
      licenses: [{ license: { id: "MIT" } }],
      hashes: [{ content: pin.description.source?.sha256 }],
    });
    expect(musl.purl).toMatch(/^pkg:generic\/musl@1\.2\.5\?download_url=https/);
    expect(musl.externalReferences?.some(({ url }) => url.startsWith("https://musl."))).toBe(true);
    expect(component("library:musl").licenses).toEqual([{ expression: "MIT AND Apache-2.0" }]);
    expect(component("source:lwip").licenses).toEqual([{ license: { id: "BSD-3-Clause" } }]);
    expect(component("library:httpd").licenses).toEqual([{ license: { id: "Apache-2.0" } }]);
  });

  test("connects every part with the image", () => {
    const edges = new Map(sbom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn ?? []]));
    const seen = new Set<string>();
    const visit = (ref: string) => {
      if (seen.has(ref)) return;
      seen.add(ref);
      for (const next of edges.get(ref) ?? []) visit(next);
    };
    visit("image");
    const parts = sbom.components.map((each) => each["bom-ref"]);
    expect(parts.filter((ref) => !seen.has(ref))).toEqual([]);
    expect(edges.get("library:httpd")).toContain("library:socket");
    expect(edges.get("application")).toEqual(
      expect.arrayContaining(["library:httpd", "library:lwip", "library:musl"]),
    );
  });

  test("all our libraries name licences that SPDX knows", () => {
    const registry = new LibraryRegistry(bundledLibrariesDirectory);
    for (const name of registry.names()) {
      const { licence } = registry.get(name, "test").description;
      for (const id of licence.split(/\s+(?:AND|OR|WITH)\s+|[()]+/).filter((part) => part !== "")) {
        expect(SPDX.isSupportedSpdxId(id), `${name}: ${id}`).toBe(true);
      }
    }
  });
});

describe("the provenance", () => {
  test("is an in-toto statement about the image with SLSA's predicate", () => {
    const statement = provenanceStatement(built.record);
    expect(statement._type).toBe("https://in-toto.io/Statement/v1");
    expect(statement.predicateType).toBe("https://slsa.dev/provenance/v1");
    const [subject] = statement.subject;
    expect(subject?.digest.sha256).toBe(sha256File(built.image.path));
    const { buildDefinition, runDetails } = statement.predicate;
    expect(buildDefinition.externalParameters).toEqual({
      application: "c",
      architecture: "x86_64",
      libraries: ["lwip", "httpd"],
      optimize: "speed",
      options: {},
      platform: "kvm",
    });
    expect(buildDefinition.internalParameters.sourceHash).toBe(built.image.manifest.sourceHash);
    expect(runDetails.builder.id).toBe("urn:pulumi-unikernel:toolchain");
    const documented = readFileSync(join(import.meta.dirname, "../../docs/provenance.md"), "utf8");
    expect(documented).toContain(buildDefinition.buildType);
    expect(documented).toContain(runDetails.builder.id);
  });

  test("holds the hashes of the files that are really there", () => {
    const { buildDefinition } = provenanceStatement(built.record).predicate;
    const digests = new Map(
      buildDefinition.resolvedDependencies.map(({ name, digest }) => [name, digest.sha256]),
    );
    for (const file of ["main.c", "page.c", "page.h"]) {
      expect(digests.get(`application/${file}`)).toBe(sha256File(join(app, file)));
    }
    const registry = new LibraryRegistry(bundledLibrariesDirectory);
    for (const { name } of built.image.manifest.libraries) {
      const files = readTree(join(registry.root, name), (path) => path !== "test");
      expect(digests.get(`library/${name}`), name).toBe(treeHash(files));
    }
    expect(digests.get("source/lwip")).toBe(
      registry.get("lwip", "test").description.source?.sha256,
    );
    expect(digests.get("compiler")).toBe(compilerPin.sha256);
  });

  test("and of what is kept beside the image", async () => {
    const shop = workshop();
    const { image, record } = await buildRecorded(await shop.plan(), shop.store);
    const { byproducts } = provenanceStatement(record).predicate.runDetails;
    expect(byproducts.map(({ name }) => name)).toEqual(["symbols.elf", "link.map"]);
    for (const { name, digest } of byproducts) {
      expect(digest.sha256).toBe(sha256File(join(dirname(image.path), name as string)));
    }
  });
});

describe("both", () => {
  test("are the same bytes wherever the image is built, and name no place", async () => {
    const texts: string[] = [];
    for (const shop of [workshop(), workshop()]) {
      const { record } = await buildRecorded(await shop.plan(), shop.store);
      const text = makeSbom(record) + JSON.stringify(provenanceStatement(record));
      for (const place of [shop.directory, homedir(), tmpdir()]) expect(text).not.toContain(place);
      texts.push(text);
    }
    expect(texts[0]).toBe(texts[1]);
  });

  test("tell builds of one image apart when their sources differ", async () => {
    const shop = workshop();
    const first = await buildRecorded(await shop.plan(), shop.store);
    shop.write("app/main.c", `/* Longer. */\n${readFileSync(join(shop.app, "main.c"), "utf8")}`);
    const second = await buildRecorded(await shop.plan(), shop.store);
    expect(second.image.manifest.digest).toBe(first.image.manifest.digest);
    expect(makeSbom(second.record)).not.toBe(makeSbom(first.record));
    const again = await buildRecorded(await shop.plan(), shop.store);
    expect(makeSbom(again.record)).toBe(makeSbom(second.record));
  });

  test("come back for an image whose record is missing or damaged", async () => {
    const shop = workshop();
    const first = await buildRecorded(await shop.plan(), shop.store);
    await shop.store.keep(first.image.manifest, "record.json", "{");
    const again = await buildRecorded(await shop.plan(), shop.store);
    expect(again).toEqual(first);
  });
});
