// Draws a state: an array of lines, each as wide as the terminal at most.
import { format } from "../expression.ts";
import type { MenuNode } from "../model.ts";
import { menuOf, type Row } from "./rows.ts";
import { evaluate, settingLine } from "./session.ts";
import { isChanged, matches, rowsIn, type State } from "./state.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const REVERSE = "\x1b[7m";
const BOLD = "\x1b[1m";
const PLAIN = "\x1b[0m";

const KEYS: Readonly<Record<State["mode"]["kind"], string>> = {
  browse: "Enter open  Space change  y/m/n set  / search  ? help  s save  q quit  Esc back",
  edit: "Enter accept  Esc cancel",
  search: "Enter go there  Esc cancel",
  help: "Arrows scroll, any other key goes back",
  leave: "y save  n discard  Esc stay",
};

/** As many lines as the terminal has. */
export function render(state: State, size: Size): string[] {
  const bodyRows = Math.max(1, size.rows - 4);
  const body = bodyOf(state, bodyRows, size.columns);
  while (body.length < bodyRows) body.push("");
  const title = `${pathOf(state)}${isChanged(state) ? " (changed)" : ""}`;
  return [
    BOLD + cut(title, size.columns) + PLAIN,
    "",
    ...body.slice(0, bodyRows),
    cut(promptOf(state), size.columns),
    cut(KEYS[state.mode.kind], size.columns),
  ].slice(0, size.rows);
}

function pathOf(state: State): string {
  const titles: string[] = [];
  for (let menu = state.menu; ; menu = menuOf(menu, state.model.root)) {
    titles.unshift(menu.prompt?.text ?? "");
    if (menu === state.model.root) return titles.join(" > ");
  }
}

function promptOf(state: State): string {
  const { mode } = state;
  if (state.message !== "") return state.message;
  if (mode.kind === "edit") return `New value: ${mode.text}_`;
  if (mode.kind === "search") return `Search: ${mode.text}_`;
  if (mode.kind === "leave") return "Save the changes?";
  const symbol = mode.kind === "browse" ? rowsIn(state)[state.cursor]?.node.symbol : null;
  return symbol?.name == null ? "" : settingLine(state.model, state.settings, symbol);
}

function bodyOf(state: State, height: number, columns: number): string[] {
  const { mode } = state;
  if (mode.kind === "help") {
    const node = rowsIn(state)[state.cursor]?.node;
    return helpOf(state, node)
      .slice(mode.scroll)
      .map((line) => cut(line, columns));
  }
  if (mode.kind === "search") {
    const lines = matches(state).map((node) => `${node.symbol?.name}  ${node.prompt?.text ?? ""}`);
    return marked(lines, mode.cursor, height, columns);
  }
  const rows = rowsIn(state);
  if (rows.length === 0) return ["(nothing to set here)"];
  return marked(rows.map(rowText), state.cursor, height, columns);
}

function rowText({ depth, value, title, isMenu }: Row): string {
  const indentation = "  ".repeat(depth);
  const head = value === "" ? "" : `${value} `;
  return `${indentation}${head}${title}${isMenu ? "  --->" : ""}`;
}

/** A window of the lines around the cursor, which is shown in reverse. */
function marked(
  lines: readonly string[],
  cursor: number,
  height: number,
  columns: number,
): string[] {
  const first = Math.max(0, Math.min(cursor - (height >> 1), lines.length - height));
  return lines.slice(first, first + height).map((line, i) => {
    const text = cut(`  ${line}`, columns);
    return first + i === cursor ? REVERSE + text.padEnd(columns) + PLAIN : text;
  });
}

function helpOf(state: State, node: MenuNode | undefined): string[] {
  if (node === undefined) return [];
  const { symbol } = node;
  const lines = [node.prompt?.text ?? "", ""];
  if (symbol?.name != null) {
    lines.push(`Symbol: ${symbol.name} [=${evaluate(state.model, state.settings).text(symbol)}]`);
  }
  lines.push(`Defined at: ${node.location.file}:${node.location.line}`);
  if (node.dependency !== null) lines.push(`Depends on: ${format(node.dependency)}`);
  const selectors = symbol?.selectedBy.map(({ selector }) => selector.displayName) ?? [];
  if (selectors.length > 0) lines.push(`Selected by: ${[...new Set(selectors)].join(", ")}`);
  lines.push("", ...(node.help ?? "There is no help for this entry.").split("\n"));
  return lines;
}

function cut(line: string, columns: number): string {
  const printable = line.replace(/[^\x20-\x7e\u00a0-\uffff]/g, " ");
  return printable.length <= columns ? printable : printable.slice(0, columns);
}
