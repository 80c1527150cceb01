// What the colours of the treemap stand for, and how much of the image each one is.

import type { Contents, Origin } from "../figures/data.ts";
import { bytesOf, type Change, changeOf, type Measure, type TreeNode } from "../figures/tree.ts";
import { percent, shortBytes } from "../format.ts";
import { element } from "./dom.ts";

export type Colour = "origin" | "contents" | "change";

const names: {
  readonly origin: Readonly<Record<Origin, string>>;
  readonly contents: Readonly<Record<Contents, string>>;
  readonly change: Readonly<Record<Change, string>>;
} = {
  origin: {
    application: "application",
    own: "library of ours",
    "third-party": "third-party code",
    compiler: "compiler’s runtime",
    linker: "merged, padding, headers",
  },
  contents: {
    code: "code",
    constants: "read-only data",
    data: "data",
    zero: "zeroed memory",
    overhead: "padding and headers",
  },
  change: { new: "new", grown: "grown", shrunk: "shrunk", same: "as before" },
};

/** The key of a node's colour; its class is "c-KEY". */
export function colourOf(node: TreeNode, colour: Colour, measure: Measure): string {
  if (colour === "change") return changeOf(node, measure);
  return colour === "origin" ? node.origin : node.contents;
}

export function nameOfColour(node: TreeNode, colour: Colour, measure: Measure): string {
  const all: Readonly<Record<string, string>> = names[colour];
  return all[colourOf(node, colour, measure)] ?? "";
}

/** One entry per colour that the node shown has symbols of. */
export function legendItems(shown: TreeNode, colour: Colour, measure: Measure): HTMLElement[] {
  const sums = new Map<string, number>();
  const add = (node: TreeNode) => {
    for (const child of node.children) add(child);
    if (node.children.length > 0) return;
    const key = colourOf(node, colour, measure);
    sums.set(key, (sums.get(key) ?? 0) + bytesOf(node, measure));
  };
  add(shown);
  const total = bytesOf(shown, measure);
  return Object.entries(names[colour])
    .filter(([key]) => (sums.get(key) ?? 0) > 0)
    .map(([key, name]) => {
      const bytes = sums.get(key) ?? 0;
      return element(
        "li",
        {},
        element("span", { class: `swatch c-${key}` }),
        `${name} `,
        element("span", { class: "amount" }, `${shortBytes(bytes)}, ${percent(bytes, total)}`),
      );
    });
}
