// The lines of one menu: what can be seen in it now, with its value in front.
import { type Evaluation, isMenuPrompt } from "../evaluate.ts";
import { type KSymbol, type MenuNode, MODULE, PropertyKind, ValueType, YES } from "../model.ts";
import { allowedValues, isDeclarable, type Rules, type Settings } from "./session.ts";

export interface Row {
  readonly node: MenuNode;
  readonly depth: number;
  /** E.g. "[*]", "<M>", "-*-", "(8192)", or "" for menus and comments. */
  readonly value: string;
  readonly title: string;
  /** Whether Enter opens a list of its own. */
  readonly isMenu: boolean;
}

/** Whether a node is shown as a list of its own rather than with its children below it. */
export function isMenu(node: MenuNode): boolean {
  if (node.symbol?.isChoice) return true;
  return isMenuPrompt(node.prompt) && (node.symbol === null || node.children.length > 0);
}

/** What the rows of a menu are made from. */
export interface RowsInput {
  readonly evaluation: Evaluation;
  readonly rules: Rules;
  readonly settings: Settings;
}

export function rowsOf(input: RowsInput, menu: MenuNode): Row[] {
  const rows: Row[] = [];
  const add = (node: MenuNode, depth: number): void => {
    if (!input.evaluation.isNodeVisible(node)) return;
    rows.push(describe(input, node, depth));
    if (!isMenu(node)) for (const child of node.children) add(child, depth + 1);
  };
  for (const child of menu.children) add(child, 0);
  return rows;
}

function describe(input: RowsInput, node: MenuNode, depth: number): Row {
  const { evaluation, rules, settings } = input;
  const text = node.prompt?.text ?? "";
  const { symbol } = node;
  const row = { node, depth, isMenu: isMenu(node) };
  if (symbol === null) {
    const isComment = node.prompt?.kind === PropertyKind.Comment;
    return { ...row, value: "", title: isComment ? `*** ${text} ***` : text };
  }
  if (symbol.isChoice)
    return { ...row, value: "", title: `${text}${chosenText(evaluation, symbol)}` };
  // Of what is on in any case it does not show whether it is asked for.
  const isDeclared =
    settings.get(symbol.name ?? "") === "y" && isDeclarable(evaluation, rules, symbol);
  return {
    ...row,
    value: valueText(evaluation, rules, symbol),
    title: isDeclared ? `${text} (declared)` : text,
  };
}

function chosenText(evaluation: Evaluation, choice: KSymbol): string {
  const { chosen, value } = evaluation.computed(choice);
  if (value !== YES || chosen === null) return "";
  return ` (${chosen.prompts[0]?.text ?? chosen.displayName})`;
}

function valueText(evaluation: Evaluation, rules: Rules, symbol: KSymbol): string {
  const state = evaluation.computed(symbol);
  if (!symbol.isBoolean) return `(${state.text})`;
  const mark = state.value === YES ? "*" : state.value === MODULE ? "M" : " ";
  if (symbol.choice !== null && state.visibility === YES) return `(${mark === "*" ? "X" : " "})`;
  if (allowedValues(evaluation, rules, symbol).length < 2) return `-${mark}-`;
  const isTristate = evaluation.effectiveType(symbol) === ValueType.Tristate;
  return isTristate ? `<${mark}>` : `[${mark}]`;
}

/** Every symbol that matches by name or prompt, in menu order; the one of that name first. */
export function search(root: MenuNode, text: string): MenuNode[] {
  const wanted = text.toLowerCase();
  const exact: MenuNode[] = [];
  const found: MenuNode[] = [];
  const visit = (node: MenuNode): void => {
    const name = node.symbol?.name ?? "";
    const prompt = node.prompt?.text ?? "";
    const matches = [name, prompt].some((candidate) => candidate.toLowerCase().includes(wanted));
    if (node.symbol !== null && !node.symbol.isChoice && matches) {
      (name.toLowerCase() === wanted ? exact : found).push(node);
    }
    for (const child of node.children) visit(child);
  };
  if (wanted !== "") visit(root);
  return [...exact, ...found];
}

/** The list in which a node is a row. */
export function menuOf(node: MenuNode, root: MenuNode): MenuNode {
  let menu = node.parent;
  while (menu !== null && menu !== root && !isMenu(menu)) menu = menu.parent;
  return menu ?? root;
}
