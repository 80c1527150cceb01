// The whole page in one file: no request leaves it, and no script but its own runs in it.
import { createHash } from "node:crypto";
import type { PageParts } from "./bundle.ts";
import type { PageData } from "./figures/data.ts";
import { libraryGraph } from "./graph.ts";
import { Html, html, jsonBlock } from "./html.ts";
import { byteTree, edgeData } from "./page-data.ts";
import { bytesView } from "./views/bytes.ts";
import { changesView } from "./views/changes.ts";
import { contentsView } from "./views/contents.ts";
import { headerView, navigation, pageTitle } from "./views/header.ts";
import { librariesView, nodeFacts, nodeLabel, reasonText } from "./views/libraries.ts";
import { optionsView } from "./views/options.ts";
import { provenanceView } from "./views/provenance.ts";
import type { Report } from "./views/report.ts";
import { sectionsView } from "./views/sections.ts";

/** The same report gives the same bytes. */
export function reportDocument(report: Report, { script, style, notices }: PageParts): string {
  const { image, other } = report;
  const graph = libraryGraph(image.record, (name) => nodeLabel(name, image));
  const data: PageData = {
    title: image.title || "the image",
    compared: other !== undefined,
    libraries: byteTree(image.pieces, other?.pieces),
    nodes: nodeFacts(image, graph),
    edges: edgeData(graph, reasonText),
  };
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const { toolchain } = image.record.manifest;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${pageTitle(report)}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${headerView(report)}
${navigation(report)}
<main id="main">
${changesView(report)}${bytesView(report)}${librariesView(image, graph)}${optionsView(image)}${sectionsView(image)}${contentsView(report)}${provenanceView(report)}</main>
<footer>
<p>Made from the record of the build and the linker’s map by <code>unikernel report</code>, toolchain ${toolchain.version}.</p>
<details><summary>Licences of what this page is made with</summary>${notices.map(
    ({ name, text }) => html`<h3>${name}</h3><pre>${text}</pre>`,
  )}</details>
</footer>
${jsonBlock("page-data", data)}
${jsonBlock("sbom-json", report.sbom)}
${jsonBlock("provenance-json", report.provenance)}
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}

/** What the page's policy lets through. */
function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
