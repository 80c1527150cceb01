// The script of the page: brings the figures to life. Without it, all tables can still be read.
import type { PageData } from "../figures/data.ts";
import { makeTree } from "../figures/tree.ts";
import { block, byId } from "./dom.ts";
import { startFilter } from "./filter.ts";
import { startGraph } from "./graph.ts";
import { Treemap } from "./treemap.ts";

const data = block<PageData>("page-data");

for (const part of document.querySelectorAll<HTMLElement>(
  ".map-tools, .map-frame, .download, .search",
)) {
  part.hidden = false;
}
new Treemap(makeTree(data), data.compared);
startGraph(data);
for (const input of document.querySelectorAll<HTMLInputElement>("input[data-filter]")) {
  startFilter(input, byId(input.dataset.filter ?? ""));
}
for (const button of document.querySelectorAll<HTMLButtonElement>(".download")) {
  button.addEventListener("click", () =>
    save(button.dataset.name ?? "", block<string>(button.dataset.block ?? "")),
  );
}

function save(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
