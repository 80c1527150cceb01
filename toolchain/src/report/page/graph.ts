// The graph of libraries: choosing a node shows all its edges and tells their reasons.

import { type Direction, neighbour } from "../figures/boxes.ts";
import type { EdgeData, PageData } from "../figures/data.ts";
import { byId, element, setTabStop } from "./dom.ts";

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

export function startGraph(data: Pick<PageData, "nodes" | "edges">): void {
  const svg = byId<SVGSVGElement>("graph");
  const groups = [...svg.querySelectorAll<SVGGElement>(".node")];
  const paths = [...svg.querySelectorAll<SVGPathElement>(".edges path")];
  const nameOf = (group: SVGGElement) => group.dataset.name ?? "";

  const choose = (name: string | undefined) => {
    svg.classList.toggle("chosen", name !== undefined);
    const touched = new Set([name]);
    for (const path of paths) {
      const { from, to } = path.dataset;
      const isIncoming = name !== undefined && to === name;
      const isOutgoing = name !== undefined && from === name;
      path.classList.toggle("incoming", isIncoming);
      path.classList.toggle("outgoing", isOutgoing);
      if (isIncoming) touched.add(from);
      if (isOutgoing) touched.add(to);
    }
    for (const group of groups) {
      const isChosen = name === nameOf(group);
      group.setAttribute("aria-pressed", String(isChosen));
      group.classList.toggle("touched", name !== undefined && touched.has(nameOf(group)));
    }
    tell(name);
  };
  const tell = (name: string | undefined) =>
    byId("reasons").replaceChildren(
      ...describe(name ?? "application", data),
      ...(name === undefined ? [hint()] : []),
    );

  const isChosen = (group: SVGGElement) => group.getAttribute("aria-pressed") === "true";
  groups.forEach((group, index) => {
    group.addEventListener("click", () => choose(isChosen(group) ? undefined : nameOf(group)));
    group.addEventListener("focus", () => setTabStop(groups, index));
  });
  svg.addEventListener("keydown", (event) => {
    const index = groups.indexOf(document.activeElement as unknown as SVGGElement);
    const group = groups[index];
    if (!group || event.altKey || event.ctrlKey || event.metaKey) return;
    const direction = directions[event.key];
    if (direction) groups[neighbour(groups.map(boxOf), index, direction)]?.focus();
    else if (event.key === "Enter" || event.key === " ")
      choose(isChosen(group) ? undefined : nameOf(group));
    else if (event.key === "Escape") choose(undefined);
    else return;
    event.preventDefault();
  });
  tell(undefined);
  showMiddle(groups.find((group) => nameOf(group) === "application"));
  setTabStop(
    groups,
    Math.max(
      0,
      groups.findIndex((group) => nameOf(group) === "application"),
    ),
  );
}

/** Where the graph is wider than the screen, its beginning is seen first. */
function showMiddle(group: SVGGElement | undefined): void {
  const frame = group?.closest<HTMLElement>(".graph");
  if (!group || !frame) return;
  const { x0, x1 } = boxOf(group);
  frame.scrollLeft = (x0 + x1) / 2 - frame.clientWidth / 2;
}

function boxOf(group: SVGGElement) {
  const { x, y, width, height } = group.getBBox();
  return { x0: x, y0: y, x1: x + width, y1: y + height };
}

function hint(): HTMLElement {
  return element(
    "p",
    { class: "hint" },
    "Choose a library to see why it is there. Arrow keys move, Enter chooses, Esc lets go.",
  );
}

function describe(
  name: string,
  { nodes, edges }: Pick<PageData, "nodes" | "edges">,
): HTMLElement[] {
  const node = nodes.find((each) => each.name === name);
  const label = (other: string) => nodes.find((each) => each.name === other)?.label ?? other;
  const incoming = edges.filter((edge) => edge.to === name);
  const outgoing = edges.filter((edge) => edge.from === name);
  const made: HTMLElement[] = [element("h3", {}, label(name)), element("p", {}, node?.facts ?? "")];
  if (incoming.length > 0)
    made.push(...list("Why it is there", incoming, (edge) => label(edge.from)));
  if (outgoing.length > 0) made.push(...list("What it brings", outgoing, (edge) => label(edge.to)));
  return made;
}

function list(
  title: string,
  edges: readonly EdgeData[],
  other: (edge: EdgeData) => string,
): HTMLElement[] {
  return [
    element("h4", {}, title),
    element(
      "ul",
      {},
      ...edges.map((edge) =>
        element(
          "li",
          {},
          element("code", {}, other(edge)),
          ...edge.reasons.flatMap((reason) => [
            element("span", { class: "why" }, reason.text),
            ...(reason.place ? [element("code", { class: "place" }, reason.place)] : []),
          ]),
        ),
      ),
    ),
  ];
}
