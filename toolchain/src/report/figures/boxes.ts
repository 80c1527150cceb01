// Where the cells of the treemap lie (d3-hierarchy decides), and which one an arrow key leads to.
import { hierarchy, treemap, treemapSquarify } from "d3-hierarchy";
import { bytesOf, type Measure, ranked, type TreeNode } from "./tree.ts";

export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface Cell extends Box {
  readonly node: TreeNode;
  /** What is drawn within it; its own boxes are relative to the same corner. */
  readonly tiles: readonly (Box & { readonly node: TreeNode })[];
}

/** Room for a cell's name above its tiles. */
export const titleHeight = 22;
/** A cell smaller than this shows no tiles and no name above them. */
const smallest = { width: 36, height: 44 };

/** The children of a node as cells, the largest first, each with its own children as tiles. */
export function layOut(
  shown: TreeNode,
  measure: Measure,
  size: { readonly width: number; readonly height: number },
): Cell[] {
  const childrenOf = (node: TreeNode) =>
    node === shown || node.parent === shown ? ranked(node.children, measure) : [];
  const root = hierarchy(shown, childrenOf)
    .sum((node) => (childrenOf(node).length > 0 ? 0 : bytesOf(node, measure)))
    .sort((left, right) => (right.value ?? 0) - (left.value ?? 0));
  const place = treemap<TreeNode>()
    .tile(treemapSquarify)
    .size([size.width, size.height])
    .paddingInner((node) => (node.depth === 0 ? 3 : 1))
    .paddingTop((node) => (node.depth === 1 && hasRoom(node as unknown as Box) ? titleHeight : 0))
    .paddingRight((node) => (node.depth === 1 ? 2 : 0))
    .paddingBottom((node) => (node.depth === 1 ? 2 : 0))
    .paddingLeft((node) => (node.depth === 1 ? 2 : 0));
  const placed = place(root);
  return (placed.children ?? []).map((cell) => ({
    ...boxOf(cell),
    node: cell.data,
    tiles: hasRoom(cell)
      ? (cell.children ?? []).map((tile) => ({ ...boxOf(tile), node: tile.data })).filter(isVisible)
      : [],
  }));
}

function hasRoom({ x0, y0, x1, y1 }: Box): boolean {
  return x1 - x0 >= smallest.width && y1 - y0 >= smallest.height;
}

function isVisible({ x0, y0, x1, y1 }: Box): boolean {
  return x1 - x0 >= 1 && y1 - y0 >= 1;
}

function boxOf({ x0, y0, x1, y1 }: Box): Box {
  return { x0, y0, x1, y1 };
}

export type Direction = "left" | "right" | "up" | "down";

/** The nearest box in a direction: what lies straight ahead before what lies aside. */
export function neighbour(boxes: readonly Box[], from: number, direction: Direction): number {
  const start = boxes[from];
  if (!start) return from;
  let best = from;
  let bestCost = Number.POSITIVE_INFINITY;
  boxes.forEach((box, index) => {
    if (index === from) return;
    const ahead = distanceAhead(start, box, direction);
    if (ahead < 0) return;
    const cost =
      ahead + 3 * distanceAside(start, box, direction) + centreOffset(start, box, direction) / 1000;
    if (cost < bestCost) {
      best = index;
      bestCost = cost;
    }
  });
  return best;
}

/** From one's far edge to the other's near edge; negative when it is not in that direction. */
function distanceAhead(from: Box, to: Box, direction: Direction): number {
  const slack = 0.5;
  const distance = {
    left: from.x0 - to.x1,
    right: to.x0 - from.x1,
    up: from.y0 - to.y1,
    down: to.y0 - from.y1,
  }[direction];
  return distance >= -slack ? Math.max(0, distance) : -1;
}

/** 0 when they overlap across the direction. */
function distanceAside(from: Box, to: Box, direction: Direction): number {
  return isHorizontal(direction)
    ? Math.max(0, to.y0 - from.y1, from.y0 - to.y1)
    : Math.max(0, to.x0 - from.x1, from.x0 - to.x1);
}

function centreOffset(from: Box, to: Box, direction: Direction): number {
  return isHorizontal(direction)
    ? Math.abs(to.y0 + to.y1 - from.y0 - from.y1)
    : Math.abs(to.x0 + to.x1 - from.x0 - from.x1);
}

function isHorizontal(direction: Direction): boolean {
  return direction === "left" || direction === "right";
}
