// The tree that the treemap shows: image, libraries, objects, symbols.
import type { Contents, Origin, PageData } from "./data.ts";

export type Measure = "file" | "memory";

export interface Sizes {
  readonly file: number;
  readonly memory: number;
  readonly fileBefore: number;
  readonly memoryBefore: number;
}

export interface TreeNode extends Sizes {
  readonly kind: "image" | "library" | "object" | "symbol";
  readonly name: string;
  readonly parent: TreeNode | undefined;
  readonly children: readonly TreeNode[];
  /** Of most of its bytes. */
  readonly origin: Origin;
  readonly contents: Contents;
  /** Of a symbol. */
  readonly section: string;
}

type Draft = { -readonly [K in keyof TreeNode]: TreeNode[K] };

export function makeTree(data: Pick<PageData, "title" | "libraries">): TreeNode {
  const root = draft("image", data.title, undefined);
  root.children = data.libraries.map((library) => {
    const group = draft("library", library.name, root);
    group.children = library.objects.map((object) => {
      const node = draft("object", object.name, group);
      node.children = object.symbols.map((symbol) => {
        const leaf = draft("symbol", symbol.name, node);
        const [file, memory, fileBefore = 0, memoryBefore = 0] = symbol.sizes;
        const { contents, section } = symbol;
        const { origin } = object;
        return Object.assign(leaf, {
          file,
          memory,
          fileBefore,
          memoryBefore,
          contents,
          section,
          origin,
        });
      });
      return summed(node);
    });
    return summed(group);
  });
  return summed(root);
}

function draft(kind: TreeNode["kind"], name: string, parent: TreeNode | undefined): Draft {
  const sizes = { file: 0, memory: 0, fileBefore: 0, memoryBefore: 0 };
  return {
    kind,
    name,
    parent,
    children: [],
    origin: "linker",
    contents: "overhead",
    section: "",
    ...sizes,
  };
}

function summed(node: Draft): Draft {
  for (const child of node.children) {
    node.file += child.file;
    node.memory += child.memory;
    node.fileBefore += child.fileBefore;
    node.memoryBefore += child.memoryBefore;
  }
  node.origin = mostBytes(node.children, (child) => child.origin) ?? node.origin;
  node.contents = mostBytes(node.children, (child) => child.contents) ?? node.contents;
  return node;
}

function mostBytes<T>(children: readonly TreeNode[], of: (child: TreeNode) => T): T | undefined {
  const sums = new Map<T, number>();
  for (const child of children) {
    sums.set(of(child), (sums.get(of(child)) ?? 0) + child.memory + child.file);
  }
  return [...sums].sort(([, left], [, right]) => right - left)[0]?.[0];
}

export function bytesOf(node: Sizes, measure: Measure): number {
  return measure === "file" ? node.file : node.memory;
}

export type Change = "same" | "new" | "grown" | "shrunk";

export function changeOf(node: Sizes, measure: Measure): Change {
  const before = measure === "file" ? node.fileBefore : node.memoryBefore;
  const after = bytesOf(node, measure);
  if (before === after) return "same";
  if (before === 0) return "new";
  return after > before ? "grown" : "shrunk";
}

/** What has a size, the largest first. */
export function ranked(nodes: readonly TreeNode[], measure: Measure): TreeNode[] {
  return nodes
    .filter((node) => bytesOf(node, measure) > 0)
    .sort((left, right) => bytesOf(right, measure) - bytesOf(left, measure));
}

/** What only the other image has does not exist in this one. */
export function exists(node: TreeNode): boolean {
  return node.file > 0 || node.memory > 0;
}

/** From the image down to the node. */
export function pathOf(node: TreeNode): TreeNode[] {
  return node.parent ? [...pathOf(node.parent), node] : [node];
}

/** Symbols whose name holds the text, names that begin with it first, then by size. */
export function findSymbols(root: TreeNode, text: string, measure: Measure): TreeNode[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const symbols = root.children.flatMap((library) =>
    library.children.flatMap((object) => object.children),
  );
  const begins = (node: TreeNode) => (node.name.toLowerCase().startsWith(wanted) ? 0 : 1);
  return symbols
    .filter((symbol) => exists(symbol) && symbol.name.toLowerCase().includes(wanted))
    .sort(
      (left, right) =>
        begins(left) - begins(right) || bytesOf(right, measure) - bytesOf(left, measure),
    );
}
