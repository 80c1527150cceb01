// The graph of libraries, and every reason in it as a table.
import type { Edge } from "../../record/types.ts";
import { sumSizes } from "../compare.ts";
import type { PageData } from "../figures/data.ts";
import { count, shortBytes } from "../format.ts";
import type { GraphEdge, GraphNode, LibraryGraph } from "../graph.ts";
import { type Html, html } from "../html.ts";
import type { NamedImage } from "./report.ts";
import { part, row, table } from "./table.ts";

export function librariesView(image: NamedImage, graph: LibraryGraph): Html {
  const { record } = image;
  const hidden = graph.edges.filter((edge) => edge.points === undefined).length;
  return part(
    "libraries",
    "Libraries",
    html`What brings what into the image. ${
      hidden > 0 &&
      `${count(hidden, "edge")} that also ${hidden === 1 ? "follows" : "follow"} from a longer way ${hidden === 1 ? "is" : "are"} drawn with the library they belong to.`
    }`,
    html`<div class="graph-columns">
<div class="graph" role="region" aria-label="Graph of libraries" tabindex="0">${drawing(image, graph)}</div>
<div class="reasons" id="reasons" role="status"><p class="hint">Choose a library to see why it is there.</p></div>
</div>
<ul class="legend"><li><span class="swatch c-application"></span>application</li><li><span class="swatch c-own"></span>library of ours</li><li><span class="swatch c-third-party"></span>library with third-party code</li><li><span class="swatch c-linker"></span>platform</li><li><span class="stroke"></span>brings</li><li><span class="stroke dotted"></span>only uses its headers</li></ul>
<details><summary>All ${count(record.edges.length, "reason")} as a table</summary>
${table(
  "Reasons for the libraries of this image",
  [{ name: "From" }, { name: "To" }, { name: "Why" }, { name: "Where" }],
  record.edges.map((edge) =>
    row(
      html`<code>${nodeLabel(edge.from, image)}</code>`,
      html`<code>${edge.to}</code>`,
      reasonText(edge),
      edge.location ? html`<code>${edge.location.file}:${edge.location.line}</code>` : "",
    ),
  ),
)}</details>`,
  );
}

/** Completes "A … B": "selects", "includes headers of". */
export function reasonText({ kind, option }: Edge): string {
  const because = option === undefined ? "" : ` by its option ${option}`;
  const verbs: Readonly<Record<Edge["kind"], string>> = {
    declared: "declares it",
    application: "needs it by its nature",
    platform: `is made for the platform${option === undefined ? "" : ` (${option})`}`,
    selects: `selects it${because}`,
    implies: `implies it${because}`,
    includes: "includes its headers",
  };
  return verbs[kind];
}

export function nodeLabel(name: string, { record }: NamedImage): string {
  return name === "image" ? `platform ${record.manifest.platform}` : name;
}

export function nodeFacts(image: NamedImage, graph: LibraryGraph): PageData["nodes"] {
  const { libraries, application } = image.record;
  return graph.nodes.map(({ name }) => {
    const library = libraries.find((each) => each.name === name);
    const bytes = sumSizes(image.pieces.filter((piece) => piece.library === name)).fileBytes;
    const facts = library
      ? `${library.description}. Version ${library.version}, ${library.licence}, ${bytes === 0 ? "no bytes" : shortBytes(bytes)} in the file.`
      : name === "application"
        ? `${count(application.sources.length, "source file")}: ${application.sources.join(", ")}.`
        : "What the image is made for.";
    return { name, label: nodeLabel(name, image), facts };
  });
}

function drawing(image: NamedImage, graph: LibraryGraph): Html {
  return html`<svg id="graph" width="${graph.width}" height="${graph.height}" viewBox="0 0 ${graph.width} ${graph.height}" role="group" aria-label="${count(graph.nodes.length, "node")}; arrow keys move, Enter chooses">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0.5 8 4 0 7.5Z"/></marker></defs>
<g class="edges">${graph.edges.map((edge) => edgePath(edge, graph))}</g>
<g class="nodes">${graph.nodes.map((node) => nodeBox(node, image, graph))}</g>
</svg>`;
}

function edgePath(edge: GraphEdge, graph: LibraryGraph): Html {
  const onlyHeaders = edge.reasons.every((reason) => reason.kind === "includes");
  const kind = [edge.points ? "" : "implied", onlyHeaders ? "headers" : ""].join(" ").trim();
  return html`<path data-from="${edge.from}" data-to="${edge.to}"${kind && html` class="${kind}"`} d="${edge.points ? smooth(edge.points) : bow(edge, graph)}" marker-end="url(#arrow)"/>`;
}

/** Through the middles of the bends, so that no corner is seen. */
function smooth(points: readonly { readonly x: number; readonly y: number }[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return "";
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    const isLast = index === rest.length - 2;
    const [x, y] = isLast ? [last.x, last.y] : [(point.x + next.x) / 2, (point.y + next.y) / 2];
    return `Q${point.x} ${point.y} ${round(x)} ${round(y)}`;
  });
  return `M${first.x} ${first.y}${bends.length > 0 ? bends.join("") : `L${last.x} ${last.y}`}`;
}

/** From the lower edge of one box to the upper edge of another. */
function bow({ from, to }: GraphEdge, graph: LibraryGraph): string {
  const [start, end] = [from, to].map((name) => graph.nodes.find((node) => node.name === name));
  if (!start || !end) return "";
  const y1 = start.y + start.height / 2;
  const y2 = end.y - end.height / 2;
  const bend = Math.max(24, (y2 - y1) / 2);
  return `M${start.x} ${round(y1)}C${start.x} ${round(y1 + bend)} ${end.x} ${round(y2 - bend)} ${end.x} ${round(y2)}`;
}

function nodeBox(node: GraphNode, image: NamedImage, graph: LibraryGraph): Html {
  const { name, x, y, width, height } = node;
  const library = image.record.libraries.find((each) => each.name === name);
  const origin =
    name === "application"
      ? "application"
      : library === undefined
        ? "linker"
        : library.sourceOf === undefined
          ? "own"
          : "third-party";
  const incoming = graph.edges.filter((edge) => edge.to === name).length;
  const outgoing = graph.edges.filter((edge) => edge.from === name).length;
  const label = nodeLabel(name, image);
  return html`<g class="node c-${origin}" data-name="${name}" role="button" tabindex="-1" aria-pressed="false" aria-label="${label}: ${count(incoming, "edge")} in, ${grammatical(outgoing)} out"><rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${width}" height="${height}" rx="6"/><text x="${x}" y="${round(y + 4.5)}">${label}</text></g>
`;
}

function grammatical(value: number): string {
  return String(value);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
