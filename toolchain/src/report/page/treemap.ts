// The treemap and the ranking beside it: both show the children of one node, and lead to them.

import { type Box, type Cell, type Direction, layOut, neighbour } from "../figures/boxes.ts";
import {
  bytesOf,
  exists,
  findSymbols,
  type Measure,
  pathOf,
  ranked,
  type TreeNode,
} from "../figures/tree.ts";
import { count, longBytes, percent, shortBytes, signedBytes } from "../format.ts";
import { byId, element, setTabStop } from "./dom.ts";
import { type Colour, colourOf, legendItems, nameOfColour } from "./legend.ts";

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};
/** Where there is less room, a name says nothing. */
const cellLabel = { width: 30, height: 16 };
const tileLabel = { width: 44, height: 17 };
const mostResults = 100;

export class Treemap {
  readonly #root: TreeNode;
  readonly #compared: boolean;
  readonly #map = byId("map");
  readonly #ranking = byId("ranking");
  #shown: TreeNode;
  #measure: Measure = "file";
  #colour: Colour = "origin";
  #search = "";
  #cells: readonly Cell[] = [];
  #buttons: readonly HTMLButtonElement[] = [];
  #width = 0;

  constructor(root: TreeNode, compared: boolean) {
    this.#root = root;
    this.#shown = root;
    this.#compared = compared;
    this.#map.addEventListener("keydown", (event) => this.#onKey(event));
    for (const type of ["focusin", "pointerover"] as const) {
      this.#map.addEventListener(type, (event) => this.#onPoint(event));
    }
    this.#map.addEventListener("pointerleave", () => this.#tell(this.#focused() ?? this.#shown));
    this.#listen();
    new ResizeObserver(() => {
      if (Math.abs(this.#map.clientWidth - this.#width) >= 1) this.#draw();
    }).observe(this.#map);
    this.show(root);
  }

  /** Shows the children of a node; `at` is the one to put the focus on. */
  show(node: TreeNode, at?: TreeNode, focus = false): void {
    this.#shown = node;
    this.#draw();
    const index = Math.max(
      0,
      this.#cells.findIndex((cell) => cell.node === at),
    );
    setTabStop(this.#buttons, index);
    if (focus) this.#buttons[index]?.focus();
    else this.#tell(node);
  }

  #listen(): void {
    for (const input of document.querySelectorAll<HTMLInputElement>(
      ".map-tools input[type=radio]",
    )) {
      input.addEventListener("change", () => {
        if (input.name === "measure") this.#measure = input.value as Measure;
        else this.#colour = input.value as Colour;
        this.show(this.#shown);
      });
    }
    const search = byId<HTMLInputElement>("find");
    search.addEventListener("input", () => {
      this.#search = search.value;
      this.#drawRanking();
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#ranking.querySelector("button")?.click();
    });
  }

  #draw(): void {
    this.#width = this.#map.clientWidth;
    const size = { width: this.#width, height: this.#map.clientHeight };
    this.#cells = layOut(this.#shown, this.#measure, size);
    this.#buttons = this.#cells.map((cell) => this.#drawCell(cell, size));
    this.#map.replaceChildren(...this.#buttons);
    this.#map.setAttribute(
      "aria-label",
      `Treemap of ${this.#shown.name}: ${count(this.#cells.length, kindsOf(this.#shown)[0], kindsOf(this.#shown)[1])}`,
    );
    this.#drawTrail();
    this.#drawRanking();
    byId("legend").replaceChildren(...legendItems(this.#shown, this.#colour, this.#measure));
  }

  #drawCell(
    cell: Cell,
    size: { readonly width: number; readonly height: number },
  ): HTMLButtonElement {
    const { node, tiles } = cell;
    const button = element("button", {
      type: "button",
      class: `cell c-${colourOf(node, this.#colour, this.#measure)}${tiles.length > 0 ? " group" : ""}`,
      "aria-label": this.#describe(node),
    });
    place(button, cell, { x0: 0, y0: 0, x1: size.width, y1: size.height });
    const title = element("span", { class: "cell-title", "aria-hidden": "true" });
    title.append(element("span", { class: "cell-name" }, shortName(node)), " ");
    title.append(element("span", { class: "cell-size" }, shortBytes(bytesOf(node, this.#measure))));
    if (hasRoom(cell, cellLabel)) button.append(title);
    tiles.forEach((tile, index) => {
      const made = element("span", {
        class: `tile c-${colourOf(tile.node, this.#colour, this.#measure)}`,
        "data-tile": String(index),
        "aria-hidden": "true",
      });
      place(made, tile, cell);
      if (hasRoom(tile, tileLabel)) made.append(shortName(tile.node));
      button.append(made);
    });
    button.addEventListener("click", () => this.#open(node));
    return button;
  }

  /** Zeroed data is no part of the file: then memory is shown. */
  #reveal(symbol: TreeNode): void {
    if (bytesOf(symbol, this.#measure) === 0) {
      this.#measure = this.#measure === "file" ? "memory" : "file";
      for (const input of measureInputs()) input.checked = input.value === this.#measure;
    }
    if (symbol.parent) this.show(symbol.parent, symbol, true);
  }

  #open(node: TreeNode): void {
    if (node.children.length > 0) this.show(node, undefined, true);
    else this.#tell(node);
  }

  #close(): void {
    if (this.#shown.parent) this.show(this.#shown.parent, this.#shown, true);
  }

  #drawTrail(): void {
    const path = pathOf(this.#shown);
    byId("trail").replaceChildren(
      ...path.map((node, index) => {
        const isLast = index === path.length - 1;
        const name = node.kind === "image" ? "Image" : node.name;
        if (isLast) return element("li", { "aria-current": "location" }, name);
        const button = element("button", { type: "button" }, name);
        button.addEventListener("click", () => this.show(node, path[index + 1], true));
        return element("li", {}, button);
      }),
    );
  }

  #drawRanking(): void {
    const found = findSymbols(this.#root, this.#search, this.#measure);
    const isSearch = this.#search.trim() !== "";
    const nodes = isSearch
      ? found.slice(0, mostResults)
      : ranked(this.#shown.children, this.#measure);
    const [one, many] = kindsOf(this.#shown);
    byId("ranking-title").textContent = isSearch
      ? `${count(found.length, "symbol")} found${found.length > mostResults ? `, ${mostResults} shown` : ""}`
      : count(nodes.length, one, many);
    const largest = Math.max(1, ...nodes.map((node) => bytesOf(node, this.#measure)));
    this.#ranking.replaceChildren(
      ...nodes.map((node) => element("li", {}, this.#rankingButton(node, largest, isSearch))),
    );
  }

  #rankingButton(node: TreeNode, largest: number, withPlace: boolean): HTMLButtonElement {
    const bytes = bytesOf(node, this.#measure);
    const button = element("button", { type: "button" });
    const bar = element("span", {
      class: `rank-bar c-${colourOf(node, this.#colour, this.#measure)}`,
    });
    bar.style.width = `${(bytes / largest) * 100}%`;
    button.append(
      bar,
      element("span", { class: "rank-name" }, node.name),
      element("span", { class: "rank-size" }, shortBytes(bytes)),
      element("span", { class: "rank-share" }, this.#aside(node)),
    );
    if (withPlace && node.parent?.parent) {
      button.append(
        element(
          "span",
          { class: "rank-place" },
          `${node.parent.parent.name} › ${node.parent.name}`,
        ),
      );
    }
    button.addEventListener("click", () => {
      if (node.children.length > 0) this.show(node, undefined, true);
      else this.#reveal(node);
    });
    return button;
  }

  /** The share of the image, or the change when two are compared. */
  #aside(node: TreeNode): string {
    if (this.#colour === "change") return signedBytes(this.#difference(node));
    return percent(bytesOf(node, this.#measure), bytesOf(this.#root, this.#measure));
  }

  #difference(node: TreeNode): number {
    return this.#measure === "file" ? node.file - node.fileBefore : node.memory - node.memoryBefore;
  }

  #describe(node: TreeNode): string {
    const bytes = bytesOf(node, this.#measure);
    const share = percent(bytes, bytesOf(this.#root, this.#measure));
    const facts = [`${longBytes(bytes)}, ${share} of the ${this.#measure}`];
    if (node !== this.#root) {
      facts.push(
        nameOfColour(node, this.#colour === "change" ? "origin" : this.#colour, this.#measure),
      );
    }
    if (node.section) facts.push(`section ${node.section}`);
    if (this.#compared) facts.push(`${signedBytes(this.#difference(node))} to the other image`);
    if (node.children.length > 0)
      facts.push(count(node.children.filter(exists).length, ...kindsOf(node)));
    return `${node.name}: ${facts.join("; ")}`;
  }

  #tell(node: TreeNode): void {
    const place = pathOf(node).slice(1, -1);
    const prefix = place.map((each) => `${each.name} › `).join("");
    byId("map-detail").textContent = prefix + this.#describe(node);
  }

  #focused(): TreeNode | undefined {
    const index = this.#buttons.indexOf(document.activeElement as HTMLButtonElement);
    return this.#cells[index]?.node;
  }

  #onPoint(event: Event): void {
    const target = event.target as HTMLElement;
    const index = this.#buttons.findIndex((button) => button.contains(target));
    const cell = this.#cells[index];
    if (!cell) return;
    if (event.type === "focusin") setTabStop(this.#buttons, index);
    const tile =
      target.dataset.tile === undefined ? undefined : cell.tiles[Number(target.dataset.tile)];
    this.#tell((event.type === "pointerover" ? tile?.node : undefined) ?? cell.node);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" || event.key === "Backspace") {
      event.preventDefault();
      this.#close();
      return;
    }
    const from = this.#buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = this.#target(event.key, from);
    if (to === undefined) return;
    event.preventDefault();
    this.#buttons[to]?.focus();
  }

  /** Cells stand in order of their size. */
  #target(key: string, from: number): number | undefined {
    const last = this.#cells.length - 1;
    const direction = directions[key];
    if (direction) return neighbour(this.#cells, from, direction);
    if (key === "Home") return 0;
    if (key === "End") return last;
    if (key === "PageDown") return Math.min(last, from + 1);
    if (key === "PageUp") return Math.max(0, from - 1);
    return undefined;
  }
}

/** In percent, so that a narrower page (on paper) keeps the picture. */
function place(made: HTMLElement, box: Box, frame: Box): void {
  const width = frame.x1 - frame.x0 || 1;
  const height = frame.y1 - frame.y0 || 1;
  made.style.left = `${((box.x0 - frame.x0) / width) * 100}%`;
  made.style.top = `${((box.y0 - frame.y0) / height) * 100}%`;
  made.style.width = `${((box.x1 - box.x0) / width) * 100}%`;
  made.style.height = `${((box.y1 - box.y0) / height) * 100}%`;
}

function measureInputs(): NodeListOf<HTMLInputElement> {
  return document.querySelectorAll(".map-tools input[name=measure]");
}

function hasRoom(box: Box, room: { readonly width: number; readonly height: number }): boolean {
  return box.x1 - box.x0 >= room.width && box.y1 - box.y0 >= room.height;
}

/** A source file without its folders. */
function shortName(node: TreeNode): string {
  return node.kind === "object" ? (node.name.split("/").at(-1) ?? node.name) : node.name;
}

function kindsOf(parent: TreeNode): readonly [string, string] {
  if (parent.kind === "image") return ["part", "parts"];
  return parent.kind === "library" ? ["object", "objects"] : ["symbol", "symbols"];
}
