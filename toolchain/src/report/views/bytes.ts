// The treemap of bytes: its frame; the script of the page fills it and keeps the table beside it.
import { sumSizes } from "../compare.ts";
import { longBytes } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { Report } from "./report.ts";
import { part } from "./table.ts";

export function bytesView({ image, other }: Report): Html {
  const { fileBytes, memoryBytes } = sumSizes(image.pieces);
  return part(
    "bytes",
    "Bytes",
    html`Every one of the ${longBytes(fileBytes)} of the file, and of the ${longBytes(memoryBytes)} of memory that it takes at start, by library, object and symbol. A function that was inlined counts where it went.`,
    html`<noscript><p class="notice">The treemap needs JavaScript; everything else on this page does not.</p></noscript>
<div class="map-tools" hidden>
${choice("measure", "Size", [
  ["file", "in the file"],
  ["memory", "in memory"],
])}
${choice("colour", "Colour", [
  ["origin", "whose it is"],
  ["contents", "what it is"],
  ...(other ? [["change", "what changed"] as const] : []),
])}
<label class="search">Find a symbol <input type="search" id="find" autocomplete="off" spellcheck="false"></label>
</div>
<div class="map-frame" hidden>
<nav class="trail" aria-label="Where the treemap is"><ol id="trail"></ol></nav>
<div class="map-columns">
<div class="map-figure">
<div id="map" role="group" aria-describedby="map-keys"></div>
<p id="map-detail" role="status"></p>
<ul id="legend" aria-label="Colours"></ul>
<p id="map-keys" class="hint">Arrow keys move, <kbd>Enter</kbd> opens, <kbd>Esc</kbd> goes back, <kbd>PgUp</kbd> and <kbd>PgDn</kbd> go by size.</p>
</div>
<div class="ranking"><h3 id="ranking-title"></h3><ol id="ranking" aria-labelledby="ranking-title"></ol></div>
</div>
</div>`,
  );
}

function choice(
  name: string,
  title: string,
  options: readonly (readonly [string, string])[],
): Html {
  return html`<fieldset><legend>${title}</legend>${options.map(
    ([value, text], index) =>
      html`<label><input type="radio" name="${name}" value="${value}"${index === 0 && html` checked`}><span>${text}</span></label>`,
  )}</fieldset>`;
}
