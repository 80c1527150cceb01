import fc from "fast-check";
import { expect, test } from "vitest";
import type { BuildRecord, Edge } from "../record/types.ts";
import { essentialEdges, libraryGraph } from "./graph.ts";

const edge = (from: string, to: string, kind: Edge["kind"] = "selects"): Edge => ({
  from,
  to,
  kind,
});

function reachable(edges: Iterable<{ from: string; to: string }>): Set<string> {
  const pairs = new Set([...edges].map(({ from, to }) => `${from} ${to}`));
  for (let size = -1; size !== pairs.size; ) {
    size = pairs.size;
    for (const left of [...pairs]) {
      for (const right of [...pairs]) {
        const [from = "", middle = ""] = left.split(" ");
        const [other = "", to = ""] = right.split(" ");
        if (middle === other) pairs.add(`${from} ${to}`);
      }
    }
  }
  return pairs;
}

test("leaves out what a longer way says, but not what the application asks for", () => {
  const edges = [
    edge("application", "http", "declared"),
    edge("application", "net", "declared"),
    edge("http", "net"),
    edge("net", "mem"),
    edge("http", "mem"),
  ];
  expect([...essentialEdges(edges)]).toEqual(edges.slice(0, 4));
});

test("whatever the edges are, the same libraries are reached", () => {
  const name = fc.constantFrom("a", "b", "c", "d", "e");
  const edges = fc.uniqueArray(fc.record({ from: name, to: name }), {
    selector: ({ from, to }) => from + to,
  });
  fc.assert(
    fc.property(edges, (all) => {
      expect(reachable(essentialEdges(all))).toEqual(reachable(all));
    }),
  );
});

test("places every library, and keeps all reasons of an edge", () => {
  const libraries = ["http", "lonely", "net"].map((name) => ({ name }));
  const edges = [
    edge("application", "http", "declared"),
    edge("http", "net"),
    edge("http", "net", "includes"),
  ];
  const record = { libraries, edges } as unknown as BuildRecord;
  const graph = libraryGraph(record, (name) => name.repeat(3));
  expect(graph).toEqual(libraryGraph(record, (name) => name.repeat(3)));
  expect(graph.nodes.map(({ name }) => name)).toEqual(["application", "http", "lonely", "net"]);
  expect(graph.edges).toMatchObject([{ reasons: [edges[0]] }, { reasons: [edges[1], edges[2]] }]);
  for (const { x, y, width, height } of graph.nodes) {
    expect(x - width / 2).toBeGreaterThanOrEqual(0);
    expect(x + width / 2).toBeLessThanOrEqual(graph.width);
    expect(y + height / 2).toBeLessThanOrEqual(graph.height);
  }
});
