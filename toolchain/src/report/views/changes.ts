// What differs from the other image: libraries, symbols and options.
import {
  libraryChanges,
  optionChanges,
  type SymbolChange,
  sumSizes,
  symbolChanges,
} from "../compare.ts";
import { count, longBytes, shortBytes, shortDigest, signedBytes } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { Report } from "./report.ts";
import { number, part, row, table } from "./table.ts";

/** Rows that are shown at once; the others come with a click or a search. */
const shownRows = 40;

export function changesView({ image, other }: Report): Html | undefined {
  if (other === undefined) return undefined;
  const symbols = symbolChanges(other.pieces, image.pieces);
  const before = sumSizes(other.pieces);
  const after = sumSizes(image.pieces);
  const digest = shortDigest(other.record.manifest.digest);
  const name = other.title ? `${other.title} (${digest})` : digest;
  return part(
    "changes",
    "Changes",
    html`Compared with ${name}, the file went from ${longBytes(before.fileBytes)} to ${longBytes(after.fileBytes)} (<strong>${signedBytes(after.fileBytes - before.fileBytes)}</strong>), memory at start from ${longBytes(before.memoryBytes)} to ${longBytes(after.memoryBytes)} (<strong>${signedBytes(after.memoryBytes - before.memoryBytes)}</strong>).`,
    ...(symbols.length === 0
      ? [html`<p class="notice">No symbol differs in size.</p>`]
      : [libraryTable(image.pieces, other.pieces), symbolTables(symbols)]),
    optionTable({ image, other }),
  );
}

function libraryTable(
  after: Parameters<typeof libraryChanges>[1],
  before: Parameters<typeof libraryChanges>[0],
): Html {
  const changes = libraryChanges(before, after);
  const deltas = changes.map((change) => change.after.fileBytes - change.before.fileBytes);
  const largest = Math.max(1, ...deltas.map(Math.abs));
  return table(
    "By library",
    [
      { name: "Library" },
      { name: "Change in the file", numeric: true },
      { name: "" },
      { name: "Before", numeric: true },
      { name: "After", numeric: true },
      { name: "Change in memory", numeric: true },
    ],
    changes.map((change, index) => {
      const delta = deltas[index] ?? 0;
      const memory = change.after.memoryBytes - change.before.memoryBytes;
      return row(
        html`<code>${change.library}</code>`,
        number(signedBytes(delta)),
        html`<td class="share">${divergingBar(delta, largest)}</td>`,
        number(shortBytes(change.before.fileBytes), longBytes(change.before.fileBytes)),
        number(shortBytes(change.after.fileBytes), longBytes(change.after.fileBytes)),
        number(signedBytes(memory)),
      );
    }),
  );
}

/** To the right what grew, to the left what shrank. */
function divergingBar(delta: number, largest: number): Html {
  const width = (Math.abs(delta) / largest) * 50;
  const x = delta < 0 ? 50 - width : 50;
  return html`<svg class="bar diverging" width="100%" height="12" aria-hidden="true"><rect class="${delta < 0 ? "shrunk" : "grown"}" x="${x.toFixed(2)}%" y="1" width="${width.toFixed(2)}%" height="10"/><line x1="50%" x2="50%" y1="0" y2="12"/></svg>`;
}

function symbolTables(symbols: readonly SymbolChange[]): Html {
  const counts = (["grown", "shrunk", "new", "gone"] as const).map(
    (kind) => [kind, symbols.filter((change) => change.kind === kind)] as const,
  );
  const columns = [
    { name: "Symbol" },
    { name: "Change", numeric: true },
    { name: "" },
    { name: "Before", numeric: true },
    { name: "After", numeric: true },
    { name: "Where" },
    { name: "Section" },
  ];
  const rest = symbols.slice(shownRows);
  return html`<h3>By symbol</h3>
<p>${counts.map(([kind, changes]) => html`<span class="tag ${kind}">${kind} <b>${changes.length}</b></span> `)}</p>
<label class="search" hidden>Find a changed symbol <input type="search" id="find-change" data-filter="change-rows" autocomplete="off" spellcheck="false"></label>
<div id="change-rows">
${table("Symbols by change", columns, symbols.slice(0, shownRows).map(symbolRow))}
${rest.length > 0 && html`<details><summary>${count(rest.length, "smaller change")}</summary>${table("Smaller changes", columns, rest.map(symbolRow))}</details>`}
<p class="notice" data-none hidden>No changed symbol has this in its name.</p>
</div>`;
}

function symbolRow(change: SymbolChange): Html {
  return row(
    html`<code>${change.symbol}</code>`,
    number(signedBytes(change.after - change.before)),
    html`<span class="tag ${change.kind}">${change.kind}</span>`,
    number(shortBytes(change.before)),
    number(shortBytes(change.after)),
    html`<span class="place">${change.library} › ${change.object}</span>`,
    html`<code>${change.section}</code>`,
  );
}

function optionTable({
  image,
  other,
}: Pick<Report, "image"> & { other: NonNullable<Report["other"]> }): Html | undefined {
  const changes = optionChanges(other.record.options, image.record.options);
  if (changes.length === 0) return undefined;
  const cell = (value: string | undefined) =>
    value === undefined ? "not there" : html`<code>${value}</code>`;
  return html`<h3>Options</h3>${table(
    "Options that differ",
    [{ name: "Option" }, { name: "Before" }, { name: "After" }],
    changes.map(({ name, before, after }) =>
      row(html`<code>${name}</code>`, cell(before), cell(after)),
    ),
  )}`;
}
