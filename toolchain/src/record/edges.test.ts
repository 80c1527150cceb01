import { expect, test } from "vitest";
import type { Reason } from "../kconfig/types.ts";
import { libraryEdges } from "./edges.ts";

const location = { file: "http/Kconfig", line: 3 };

function library(name: string, dependencies: string[] = []) {
  const symbol = `LIB_${name.toUpperCase()}`;
  // Only these fields are read.
  return { name, symbol, description: { dependencies } } as unknown as Parameters<
    typeof libraryEdges
  >[0]["libraries"][number];
}

function edges(holders: Readonly<Record<string, readonly Reason[]>>) {
  return libraryEdges({
    tree: {
      symbols: new Map([
        ["HTTP_TLS", { name: "HTTP_TLS", type: "bool", location }],
        ["PLATFORM_KVM", { name: "PLATFORM_KVM", type: "bool", location: { file: "K", line: 9 } }],
      ]),
    },
    configuration: { holders: (symbol) => holders[symbol] ?? [] },
    requests: [
      { symbol: "LIB_HTTP", value: "y", path: "libraries[0]" },
      { symbol: "LIB_NET", value: "y", path: "app" },
    ],
    libraries: [library("http", ["net"]), library("net")],
  });
}

test("tells requests, statements and headers apart", () => {
  const selected: Reason = { kind: "selected", symbol: "LIB_NET", by: "LIB_HTTP", location };
  expect(edges({ LIB_NET: [selected] })).toEqual([
    { from: "application", to: "http", kind: "declared" },
    { from: "application", to: "net", kind: "application" },
    { from: "http", to: "net", kind: "includes" },
    { from: "http", to: "net", kind: "selects", location },
  ]);
});

test("an option stands for the library that defines it, a platform for the image", () => {
  const found = edges({
    LIB_NET: [
      { kind: "implied", symbol: "LIB_NET", by: "HTTP_TLS", location },
      { kind: "selected", symbol: "LIB_NET", by: "PLATFORM_KVM" },
    ],
    // Its own option cannot be why it is there.
    LIB_HTTP: [{ kind: "selected", symbol: "LIB_HTTP", by: "HTTP_TLS" }],
  });
  expect(found.filter((edge) => edge.option !== undefined)).toEqual([
    { from: "http", to: "net", kind: "implies", option: "HTTP_TLS", location },
    { from: "image", to: "net", kind: "platform", option: "PLATFORM_KVM" },
  ]);
});
