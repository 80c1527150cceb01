// How the image was built: what a verifier compares, and what the build read.
import type { Statement } from "../../provenance/provenance.ts";
import { count } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { Report } from "./report.ts";
import { hash, part, row, table } from "./table.ts";

export function provenanceView({ image, provenance }: Report): Html {
  const { predicate, predicateType } = JSON.parse(provenance) as Statement;
  const { buildDefinition, runDetails } = predicate;
  const { manifest, request, flags } = image.record;
  const facts: readonly (readonly [string, Html | string])[] = [
    ["Image", html`<code class="whole">${manifest.digest}</code>`],
    ["Sources", html`<code class="whole">${manifest.sourceHash}</code>`],
    ["Toolchain", `${manifest.toolchain.version}, ${manifest.toolchain.compiler}`],
    ["Requested libraries", request.libraries.join(", ") || "none"],
    [
      "Requested options",
      Object.entries(request.options)
        .map(([name, value]) => `${name}=${value}`)
        .join(", ") || "none",
    ],
    ["Builder", html`<code>${runDetails.builder.id}</code>`],
    ["Build type", html`<code>${buildDefinition.buildType}</code>`],
    ["Statement", html`<code>${predicateType}</code>, unsigned`],
  ];
  const dependencies = buildDefinition.resolvedDependencies;
  return part(
    "provenance",
    "Provenance",
    "Whoever builds these sources with this toolchain gets this image, bit by bit.",
    html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p><button type="button" class="download" data-block="provenance-json" data-name="provenance.intoto.json" hidden>Save as in-toto statement</button></p>
<details><summary>${count(dependencies.length, "thing")} that the build read</summary>
${table(
  "What the build read",
  [{ name: "Name" }, { name: "SHA-256" }, { name: "Identifier" }],
  dependencies.map(({ name, digest, uri }) =>
    row(
      html`<code>${name ?? ""}</code>`,
      hash(digest.sha256),
      html`<span class="place">${uri ?? ""}</span>`,
    ),
  ),
)}</details>
<details><summary>Flags of compiler and linker</summary>
<h3>Compiler</h3><p><code class="whole">${flags.compile.join(" ")}</code></p>
<h3>Linker</h3><p><code class="whole">${flags.link.join(" ")}</code></p></details>`,
  );
}
