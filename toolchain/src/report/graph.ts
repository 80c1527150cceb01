// The graph of libraries: what brings what into the image and why, drawn so that it can be read.
// Edges that follow from longer ways are kept, but only shown with the library they belong to.
import dagre from "@dagrejs/dagre";
import type { BuildRecord, Edge } from "../record/types.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface GraphNode extends Point {
  /** A library's name, "application" or "image". */
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** All of them: one may both select a library and include its headers. */
  readonly reasons: readonly Edge[];
  /** Where the line runs; undefined when a longer way says the same. */
  readonly points: readonly Point[] | undefined;
}

export interface LibraryGraph {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Widths in a monospaced font of 13 px. */
const characterWidth = 7.9;
const nodePadding = 24;
const nodeHeight = 34;

export function libraryGraph(
  record: Pick<BuildRecord, "libraries" | "edges">,
  labelOf: (name: string) => string = (name) => name,
): LibraryGraph {
  const pairs = groupEdges(record.edges);
  const names = new Set([
    ...record.libraries.map((library) => library.name),
    ...record.edges.flatMap((edge) => [edge.from, edge.to]),
  ]);
  const essential = essentialEdges(pairs);
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 18, ranksep: 42, edgesep: 12, marginx: 8, marginy: 8 });
  for (const name of [...names].sort()) {
    const width = Math.ceil(labelOf(name).length * characterWidth) + nodePadding;
    graph.setNode(name, { width, height: nodeHeight });
  }
  for (const { from, to } of essential) graph.setEdge(from, to, {});
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: [...names].sort().map((name) => {
      const node = graph.node(name) as Omit<GraphNode, "name">;
      return {
        name,
        x: round(node.x),
        y: round(node.y),
        width: node.width,
        height: node.height,
      };
    }),
    edges: pairs.map((pair) => ({
      ...pair,
      points: essential.has(pair)
        ? (graph.edge(pair.from, pair.to) as { points: Point[] }).points.map(({ x, y }) => ({
            x: round(x),
            y: round(y),
          }))
        : undefined,
    })),
  };
}

type Pair = Omit<GraphEdge, "points">;

function groupEdges(edges: readonly Edge[]): Pair[] {
  const byPair = new Map<string, { from: string; to: string; reasons: Edge[] }>();
  for (const edge of edges) {
    if (edge.from === edge.to) continue;
    const key = JSON.stringify([edge.from, edge.to]);
    const pair = byPair.get(key) ?? { from: edge.from, to: edge.to, reasons: [] };
    pair.reasons.push(edge);
    byPair.set(key, pair);
  }
  return [...byPair.values()];
}

/**
 * Without the edges that say nothing new: a longer way leads from the one to the other as well.
 * What the request itself names always says something.
 */
export function essentialEdges<E extends { readonly from: string; readonly to: string }>(
  edges: readonly E[],
): Set<E> {
  const kept = new Set(edges);
  for (const edge of edges) {
    if (edge.from === "application") continue;
    kept.delete(edge);
    // One at a time, so that of two ways in a circle one stays.
    if (!isReachable(edge.from, edge.to, kept)) kept.add(edge);
  }
  return kept;
}

function isReachable<E extends { readonly from: string; readonly to: string }>(
  from: string,
  to: string,
  edges: ReadonlySet<E>,
): boolean {
  const next = new Map<string, string[]>();
  for (const edge of edges) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to]);
  const seen = new Set([from]);
  const waiting = [from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const each of next.get(name) ?? []) {
      if (each === to) return true;
      if (seen.has(each)) continue;
      seen.add(each);
      waiting.push(each);
    }
  }
  return false;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
