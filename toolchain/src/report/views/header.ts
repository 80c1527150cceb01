// The top of the page: whose image it is, and the figures one looks for first.

import { isChanged } from "../../record/options.ts";
import { sumSizes } from "../compare.ts";
import { count, grouped, longBytes, shortBytes, shortDigest, signedBytes } from "../format.ts";
import { type Html, html } from "../html.ts";
import { writableCode } from "../layout.ts";
import type { Report } from "./report.ts";

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  /** Where the page tells more. */
  readonly target: string;
  readonly alarm?: boolean;
}

export function pageTitle({ image, other }: Report): string {
  const name = image.title || "Unikernel image";
  const digest = shortDigest(image.record.manifest.digest);
  const against = other ? `, compared with ${shortDigest(other.record.manifest.digest)}` : "";
  return `${name} (${digest}${against})`;
}

export function headerView(report: Report): Html {
  const { image, other } = report;
  const { digest, platform, architecture, optimize, entrySymbol } = image.record.manifest;
  return html`<header class="top">
<p class="eyebrow">Unikernel image</p>
<h1>${image.title || shortDigest(digest)}</h1>
<p class="identity"><code title="${digest}">sha256:${shortDigest(digest)}…</code> <span>${platform} on ${architecture}</span> <span>optimised for ${purpose(optimize)}</span> <span>enters at <code>${entrySymbol}</code></span></p>
${other && html`<p class="identity">compared with ${other.title && html`<strong>${other.title}</strong> `}<code title="${other.record.manifest.digest}">sha256:${shortDigest(other.record.manifest.digest)}…</code> <span>optimised for ${purpose(other.record.manifest.optimize)}</span></p>`}
<ul class="figures">${figures(report).map(
    (figure) =>
      html`<li><a href="#${figure.target}"${figure.alarm && html` class="alarm"`}><span class="figure-name">${figure.name}</span> <span class="figure-value">${figure.value}</span> <span class="figure-note">${figure.note}</span></a></li>`,
  )}</ul>
</header>`;
}

function purpose(optimize: string): string {
  return optimize === "debug" ? "debugging" : optimize;
}

function figures(report: Report): Figure[] {
  const { image, other } = report;
  const { record, pieces, segments } = image;
  const sizes = sumSizes(pieces);
  const changed = record.options.filter(isChanged).length;
  const unsafe = writableCode(segments).length;
  const objects = new Set(pieces.map((piece) => JSON.stringify([piece.library, piece.object])));
  const difference = other && sumSizes(other.pieces);
  const delta = (before: number | undefined, now: number, note: string) =>
    before === undefined ? note : `was ${shortBytes(before)} (${signedBytes(now - before)})`;
  return [
    {
      name: "Size",
      value: shortBytes(sizes.fileBytes),
      note: delta(difference?.fileBytes, sizes.fileBytes, longBytes(sizes.fileBytes)),
      target: other ? "changes" : "bytes",
    },
    {
      name: "Memory at start",
      value: shortBytes(sizes.memoryBytes),
      note: delta(difference?.memoryBytes, sizes.memoryBytes, "with zeroed data and stack"),
      target: other ? "changes" : "sections",
    },
    {
      name: "Libraries",
      value: grouped(record.libraries.length),
      note: `${count(record.sources.length, "third-party source")}`,
      target: "libraries",
    },
    {
      name: "Symbols",
      value: grouped(pieces.length),
      note: `in ${count(objects.size, "object")}`,
      target: "bytes",
    },
    {
      name: "Options changed",
      value: grouped(changed),
      note: `of ${grouped(record.options.length)}`,
      target: "options",
    },
    {
      name: "Writable code",
      value: unsafe === 0 ? "none" : grouped(unsafe),
      note: unsafe === 0 ? "W^X holds" : "writable and executable",
      target: "sections",
      alarm: unsafe > 0,
    },
  ];
}

export function navigation(report: Report): Html {
  const places: readonly (readonly [string, string])[] = [
    ...(report.other ? ([["changes", "Changes"]] as const) : []),
    ["bytes", "Bytes"],
    ["libraries", "Libraries"],
    ["options", "Options"],
    ["sections", "Sections"],
    ["contents", "Bill of materials"],
    ["provenance", "Provenance"],
  ];
  return html`<nav aria-label="Parts of this page"><ul>${places.map(
    ([id, name]) => html`<li><a href="#${id}">${name}</a></li>`,
  )}</ul></nav>`;
}
