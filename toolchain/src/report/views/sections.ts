// What is loaded where, and what may be done with it.
import { sumSizes } from "../compare.ts";
import { count, longBytes, percent, shortBytes } from "../format.ts";
import { type Html, html } from "../html.ts";
import { type SegmentRow, writableCode } from "../layout.ts";
import type { NamedImage } from "./report.ts";
import { number, part, row, table } from "./table.ts";

export function sectionsView({ segments, pieces }: NamedImage): Html {
  const unsafe = writableCode(segments);
  const { memoryBytes } = sumSizes(pieces);
  const rows = segments.flatMap((segment) => [
    html`<tr class="segment"><th scope="row">${segmentName(segment)}</th>${cells(segment, segment, memoryBytes)}</tr>
`,
    ...segment.sections.map((section) =>
      row(html`<code class="inner">${section.name}</code>`, cells(section, undefined, memoryBytes)),
    ),
  ]);
  return part(
    "sections",
    "Sections and permissions",
    unsafe.length === 0
      ? html`<strong class="good">W^X holds:</strong> no memory of the image is both writable and executable.`
      : html`<strong class="bad">W^X is broken:</strong> ${count(unsafe.length, "segment")} can be written and executed.`,
    table(
      "Segments and their sections",
      [
        { name: "Segment or section" },
        { name: "Permissions" },
        { name: "Address", numeric: true },
        { name: "In the file", numeric: true },
        { name: "In memory", numeric: true },
        { name: "Share of memory" },
      ],
      rows,
    ),
  );
}

function segmentName({ write, execute }: SegmentRow): string {
  if (write && execute) return "Writable code";
  if (execute) return "Code";
  return write ? "Data" : "Read-only data";
}

function cells(
  place: { readonly address: number; readonly fileBytes: number; readonly memoryBytes: number },
  segment: SegmentRow | undefined,
  memoryBytes: number,
): Html {
  const share = (place.memoryBytes / Math.max(1, memoryBytes)) * 100;
  return html`<td class="flags">${segment && permissions(segment)}</td><td class="number"><code>0x${place.address.toString(16)}</code></td>${number(shortBytes(place.fileBytes), longBytes(place.fileBytes))}${number(shortBytes(place.memoryBytes), longBytes(place.memoryBytes))}<td class="share"><svg class="bar" width="100%" height="10" role="img" aria-label="${percent(place.memoryBytes, memoryBytes)}"><rect width="${share.toFixed(2)}%" height="10" rx="2"/></svg></td>`;
}

function permissions({ read, write, execute }: SegmentRow): Html {
  const words = [read && "read", write && "write", execute && "execute"].filter(Boolean).join(", ");
  const letters = `${read ? "r" : "-"}${write ? "w" : "-"}${execute ? "x" : "-"}`;
  const kind = write && execute ? "bad" : "plain";
  return html`<code class="permissions ${kind}">${letters}</code> ${words || "none"}`;
}
