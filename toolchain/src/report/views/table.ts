// Tables that scroll sideways on narrow screens and are announced by their captions.
import { type Html, html } from "../html.ts";

export interface Column {
  readonly name: string;
  readonly numeric?: boolean;
}

export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly Html[],
  id?: string,
): Html {
  return html`<div class="table" role="region" aria-label="${caption}" tabindex="0"><table${id && html` id="${id}"`}>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ name, numeric }) => html`<th scope="col"${numeric && html` class="number"`}>${name}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

/** The first cell names the row. */
export function row(head: Html | string, ...cells: readonly (Html | string)[]): Html {
  return html`<tr><th scope="row">${head}</th>${cells.map((cell) =>
    // A cell that is already one.
    typeof cell === "object" && cell.text.startsWith("<td") ? cell : html`<td>${cell}</td>`,
  )}</tr>
`;
}

export function number(text: string, title?: string): Html {
  return html`<td class="number"${title && html` title="${title}"`}>${text}</td>`;
}

/** The beginning of a hash; the whole of it on demand and for copying. */
export function hash(hex: string): Html {
  return html`<code class="hash" title="${hex}">${hex.slice(0, 12)}…</code>`;
}

export function part(
  id: string,
  title: string,
  lead: Html | string,
  ...content: readonly (Html | undefined | false)[]
): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<p class="lead">${lead}</p>
${content}
</section>
`;
}
