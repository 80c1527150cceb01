// The state of the interface, and what each key makes of it. Nothing here touches a terminal.
import { type Evaluation, tristateText } from "../evaluate.ts";
import type { KconfigModel } from "../load.ts";
import type { MenuNode } from "../model.ts";
import type { Key } from "./keys.ts";
import { menuOf, type Row, rowsOf, search } from "./rows.ts";
import {
  allowedValues,
  evaluate,
  isDeclarable,
  noRules,
  type Rules,
  type Settings,
  set,
  whyNot,
} from "./session.ts";

type Mode =
  | { readonly kind: "browse" }
  | { readonly kind: "edit"; readonly text: string }
  | { readonly kind: "search"; readonly text: string; readonly cursor: number }
  | { readonly kind: "help"; readonly scroll: number }
  | { readonly kind: "leave" };

export interface State {
  readonly model: KconfigModel;
  readonly rules: Rules;
  readonly settings: Settings;
  /** What the file holds. */
  readonly saved: Settings;
  readonly menu: MenuNode;
  readonly cursor: number;
  readonly mode: Mode;
  /** One line about the last key. */
  readonly message: string;
  /** Set when the program is to end or to write the file. */
  readonly request: "none" | "save" | "quit" | "save-and-quit";
}

const BROWSE: Mode = { kind: "browse" };
const PAGE_ROWS = 10;

export function initialState(
  model: KconfigModel,
  settings: Settings,
  rules: Rules = noRules,
): State {
  return {
    model,
    rules,
    settings,
    saved: settings,
    menu: model.root,
    cursor: 0,
    mode: BROWSE,
    message: "",
    request: "none",
  };
}

const evaluationOf = (state: State): Evaluation => evaluate(state.model, state.settings);

export const rowsIn = (state: State): Row[] =>
  rowsOf({ ...state, evaluation: evaluationOf(state) }, state.menu);

export const matches = (state: State): MenuNode[] =>
  state.mode.kind === "search" ? search(state.model.root, state.mode.text) : [];

export const isChanged = (state: State): boolean => state.settings !== state.saved;

export const afterSaving = (state: State, message: string): State => ({
  ...state,
  saved: state.settings,
  request: state.request === "save-and-quit" ? "quit" : "none",
  message,
});

export function press(state: State, key: Key): State {
  const fresh: State = { ...state, message: "" };
  if (key.kind === "interrupt") return { ...fresh, request: "quit" };
  switch (state.mode.kind) {
    case "browse":
      return browse(fresh, key);
    case "edit":
      return edit(fresh, state.mode.text, key);
    case "search":
      return searching(fresh, state.mode.text, state.mode.cursor, key);
    case "help":
      return reading(fresh, state.mode.scroll, key);
    default:
      return leaving(fresh, key);
  }
}

function browse(state: State, key: Key): State {
  const row = rowsIn(state)[state.cursor];
  switch (key.kind) {
    case "up":
      return moved(state, state.cursor - 1);
    case "down":
      return moved(state, state.cursor + 1);
    case "pageup":
      return moved(state, state.cursor - PAGE_ROWS);
    case "pagedown":
      return moved(state, state.cursor + PAGE_ROWS);
    case "home":
      return moved(state, 0);
    case "end":
      return moved(state, Number.POSITIVE_INFINITY);
    case "enter":
    case "right":
      return row === undefined ? state : opened(state, row);
    case "escape":
    case "left":
      return up(state);
    case "character":
      return command(state, key.character, row);
    default:
      return state;
  }
}

function command(state: State, character: string, row: Row | undefined): State {
  switch (character) {
    case "k":
      return moved(state, state.cursor - 1);
    case "j":
      return moved(state, state.cursor + 1);
    case " ":
      return row === undefined ? state : toggled(state, row);
    case "y":
    case "m":
    case "n":
      return row === undefined ? state : assigned(state, row, character);
    case "?":
    case "h":
      return row === undefined ? state : { ...state, mode: { kind: "help", scroll: 0 } };
    case "/":
      return { ...state, mode: { kind: "search", text: "", cursor: 0 } };
    case "s":
      return { ...state, request: "save" };
    case "q":
      return isChanged(state)
        ? { ...state, mode: { kind: "leave" } }
        : { ...state, request: "quit" };
    default:
      return state;
  }
}

function moved(state: State, to: number): State {
  const last = rowsIn(state).length - 1;
  return { ...state, cursor: Math.max(0, Math.min(last, to)) };
}

function opened(state: State, row: Row): State {
  const { symbol } = row.node;
  if (row.isMenu) return { ...state, menu: row.node, cursor: chosenRow(state, row.node) };
  if (symbol === null) return state;
  if (symbol.isBoolean) return toggled(state, row);
  const { text } = evaluationOf(state).computed(symbol);
  return { ...state, mode: { kind: "edit", text } };
}

/** A choice opens at its current value. */
function chosenRow(state: State, menu: MenuNode): number {
  if (!menu.symbol?.isChoice) return 0;
  const { chosen } = evaluationOf(state).computed(menu.symbol);
  return Math.max(
    0,
    rowsIn({ ...state, menu }).findIndex((row) => row.node.symbol === chosen),
  );
}

function up(state: State): State {
  const { menu, model } = state;
  if (menu === model.root) return command(state, "q", undefined);
  return shown(state, menu);
}

/** Goes to the list that a node is in, with the cursor on it. */
function shown(state: State, node: MenuNode): State {
  const menu = menuOf(node, state.model.root);
  const next = { ...state, menu, mode: BROWSE };
  const at = rowsIn(next).findIndex((row) => row.node === node);
  if (at !== -1) return { ...next, cursor: at };
  return {
    ...next,
    cursor: 0,
    message: `${node.symbol?.displayName} is hidden: ${why(state, node)}`,
  };
}

function toggled(state: State, row: Row): State {
  const { symbol } = row.node;
  if (symbol === null || !symbol.isBoolean || symbol.isChoice) return opened(state, row);
  const evaluation = evaluationOf(state);
  if (isDeclarable(evaluation, state.rules, symbol)) {
    return assigned(state, row, state.settings.get(symbol.name ?? "") === "y" ? "n" : "y");
  }
  const allowed = allowedValues(evaluation, state.rules, symbol);
  if (allowed.length === 0) return { ...state, message: why(state, row.node) };
  const current = allowed.indexOf(evaluation.computed(symbol).value);
  const next = allowed[(current + 1) % allowed.length] ?? 0;
  return assigned(state, row, tristateText(next));
}

function assigned(state: State, row: Row, value: string): State {
  const { symbol } = row.node;
  if (symbol === null || symbol.isChoice) return state;
  const settings = set(state.model, state.settings, state.rules, symbol, value);
  if (settings === null) return { ...state, message: why(state, row.node) };
  // A choice is done with once a value is picked.
  const inChoice = state.menu.symbol?.isChoice === true && value === "y";
  const next = { ...state, settings, mode: BROWSE };
  return inChoice ? up(next) : moved(next, next.cursor);
}

const why = (state: State, { symbol }: MenuNode): string =>
  symbol === null ? "" : whyNot(evaluationOf(state), state.rules, symbol);

function edit(state: State, text: string, key: Key): State {
  if (key.kind === "escape") return { ...state, mode: BROWSE };
  if (key.kind === "backspace")
    return { ...state, mode: { kind: "edit", text: text.slice(0, -1) } };
  if (key.kind === "character") {
    return { ...state, mode: { kind: "edit", text: text + key.character } };
  }
  const row = rowsIn(state)[state.cursor];
  const symbol = row?.node.symbol;
  if (key.kind !== "enter" || row === undefined || symbol == null) return state;
  const settings = set(state.model, state.settings, state.rules, symbol, text);
  if (settings !== null) return { ...state, settings, mode: BROWSE };
  const range = evaluationOf(state).activeRange(symbol);
  const limits = range ? ` from ${range.target?.displayName} to ${range.upper?.displayName}` : "";
  return { ...state, message: `'${text}' is not a value${limits}` };
}

function searching(state: State, text: string, cursor: number, key: Key): State {
  const to = (next: string, at: number): State => {
    const searched: State = { ...state, mode: { kind: "search", text: next, cursor: 0 } };
    const last = matches(searched).length - 1;
    const bounded = Math.max(0, Math.min(last, at));
    return { ...searched, mode: { kind: "search", text: next, cursor: bounded } };
  };
  switch (key.kind) {
    case "escape":
      return { ...state, mode: BROWSE };
    case "up":
      return to(text, cursor - 1);
    case "down":
      return to(text, cursor + 1);
    case "backspace":
      return to(text.slice(0, -1), 0);
    case "character":
      return to(text + key.character, 0);
    case "enter": {
      const node = matches(state)[cursor];
      return node === undefined ? state : shown(state, node);
    }
    default:
      return state;
  }
}

function reading(state: State, scroll: number, key: Key): State {
  const steps: Readonly<Record<string, number>> = { up: -1, down: 1, pageup: -10, pagedown: 10 };
  const step = steps[key.kind];
  if (step === undefined) return { ...state, mode: BROWSE };
  return { ...state, mode: { kind: "help", scroll: Math.max(0, scroll + step) } };
}

function leaving(state: State, key: Key): State {
  if (key.kind === "escape") return { ...state, mode: BROWSE };
  if (key.kind === "enter") return { ...state, request: "save-and-quit" };
  if (key.kind !== "character") return state;
  if (key.character === "y") return { ...state, request: "save-and-quit" };
  return key.character === "n" ? { ...state, request: "quit" } : state;
}
