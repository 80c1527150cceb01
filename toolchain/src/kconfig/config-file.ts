// Reads and writes .config files, byte for byte as the kernel's conf does.
import type { Problem } from "../problems.ts";
import { type Evaluation, isMenuPrompt, tristateText } from "./evaluate.ts";
import { type KSymbol, type MenuNode, MODULE, NO, ValueType, YES } from "./model.ts";
import { isValidText, readNumber } from "./numbers.ts";

const PREFIX = "CONFIG_";

/**
 * Sets user values from a .config file, after forgetting all earlier ones. Lines that cannot be
 * used are reported and skipped; unknown symbols are skipped silently, as old files have them.
 */
export function readConfig(evaluation: Evaluation, text: string, file: string): Problem[] {
  const reader = new ConfigReader(evaluation, file);
  reader.read(text);
  return reader.warnings;
}

class ConfigReader {
  readonly warnings: Problem[] = [];
  private readonly evaluation: Evaluation;
  private readonly file: string;
  private line = 0;

  constructor(evaluation: Evaluation, file: string) {
    this.evaluation = evaluation;
    this.file = file;
  }

  read(text: string): void {
    this.evaluation.forgetUserValues();
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) {
      this.line++;
      this.readLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    }
  }

  private readLine(line: string): void {
    if (line.startsWith("#")) {
      const name = /^# CONFIG_([^ ]*) is not set/.exec(line)?.[1];
      if (name !== undefined) this.assign(name, "n");
    } else if (line.startsWith(PREFIX)) {
      const equals = line.indexOf("=");
      if (equals !== -1) this.assign(line.slice(PREFIX.length, equals), line.slice(equals + 1));
    } else if (line !== "") {
      this.warn(`unexpected data: ${line}`);
    }
  }

  private assign(name: string, value: string): void {
    const { evaluation } = this;
    const symbol = evaluation.model.symbols.find(name);
    if (symbol === undefined) {
      evaluation.hasChanged = true;
      return;
    }
    const state = evaluation.state(symbol);
    if (state.hasUserValue) this.warn(`override: reassigning to symbol ${name}`);
    if (!this.setValue(symbol, value)) {
      this.warn(`symbol value '${value}' invalid for ${name}`);
      return;
    }
    if (symbol.choice !== null) this.setChoice(symbol.choice, symbol);
  }

  private setValue(symbol: KSymbol, value: string): boolean {
    const state = this.evaluation.state(symbol);
    if (symbol.isBoolean) {
      const letter = value.charAt(0);
      if (letter === "y") state.userValue = YES;
      else if (letter === "n") state.userValue = NO;
      else if (letter === "m" && symbol.type === ValueType.Tristate) state.userValue = MODULE;
      else return false;
      state.hasUserValue = true;
      return true;
    }
    if (symbol.type === ValueType.Unknown) return true;
    const text = symbol.type === ValueType.String ? unquote(value) : value;
    // Text without quotes is ignored, as conf does; quotes that do not end are an error.
    if (text === undefined) return true;
    if (text === null || !isValidText(symbol.type, text)) return false;
    state.userText = text;
    state.hasUserValue = true;
    return true;
  }

  private setChoice(choice: KSymbol, symbol: KSymbol): void {
    const state = this.evaluation.state(choice);
    const { userValue } = this.evaluation.state(symbol);
    if (userValue === MODULE && state.userValue === YES) {
      this.warn(`${symbol.name} creates an inconsistent state of its choice`);
      state.hasUserValue = false;
    } else if (userValue === YES) {
      if (state.userValue !== NO) this.warn(`override: ${symbol.name} changes its choice`);
      state.userChoice = symbol;
    }
    if (userValue > state.userValue) state.userValue = userValue;
  }

  private warn(message: string): void {
    this.warnings.push({ path: "", message, location: { file: this.file, line: this.line } });
  }
}

/** The text between quotes; undefined when there are none, null when they do not end. */
function unquote(value: string): string | null | undefined {
  if (!value.startsWith('"')) return undefined;
  let text = "";
  for (let i = 1; i < value.length; i++) {
    const character = value.charAt(i);
    if (character === '"') return text;
    text += character === "\\" ? value.charAt(++i) : character;
  }
  return null;
}

/**
 * What conf does with a .config before anything else: settings that nothing shows any more are
 * forgotten (unless the file needs saving anyway), and numbers out of range too.
 */
export function loadConfig(evaluation: Evaluation, text: string, file: string): Problem[] {
  evaluation.hasChanged = false;
  const warnings = readConfig(evaluation, text, file);
  evaluation.computeModules();
  const symbols = evaluation.model.symbolsInHashOrder;
  let isUnsaved = symbols.filter((symbol) => differsFromFile(evaluation, symbol)).length > 0;
  for (const symbol of symbols) {
    const state = evaluation.state(symbol);
    if (!state.hasUserValue || symbol.choice !== null) continue;
    if (state.visibility === NO && !isUnsaved) state.hasUserValue = false;
    if (symbol.isBoolean || symbol.type === ValueType.Unknown) continue;
    if (isWithinRange(evaluation, symbol, state.userText ?? "")) continue;
    state.hasUserValue = false;
    state.isValid = false;
    isUnsaved = true;
  }
  if (warnings.length > 0 || isUnsaved) evaluation.hasChanged = true;
  return warnings;
}

function differsFromFile(evaluation: Evaluation, symbol: KSymbol): boolean {
  const state = evaluation.computed(symbol);
  if (symbol.isChoice) return false;
  if (!state.hasUserValue || !state.isWritten) return state.hasUserValue || state.isWritten;
  return symbol.isBoolean ? state.userValue !== state.value : state.text !== state.userText;
}

/** Whether a text may be a symbol's value, by its type and its range in effect. */
export function isWithinRange(evaluation: Evaluation, symbol: KSymbol, text: string): boolean {
  if (!isValidText(symbol.type, text)) return false;
  if (symbol.type !== ValueType.Int && symbol.type !== ValueType.Hex) return true;
  const range = evaluation.activeRange(symbol);
  if (range?.target == null || range.upper === null) return true;
  const base = symbol.type === ValueType.Hex ? 16 : 10;
  const value = readNumber(text, base);
  return (
    value >= evaluation.bound(range.target, base) && value <= evaluation.bound(range.upper, base)
  );
}

/** Text in quotes, with backslashes before quotes and backslashes. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** One line of a .config file; empty for a symbol without a type. */
export function configLine(evaluation: Evaluation, symbol: KSymbol): string {
  if (symbol.type === ValueType.Unknown) return "";
  const state = evaluation.computed(symbol);
  if (symbol.isBoolean) {
    return state.value === NO
      ? `# ${PREFIX}${symbol.name} is not set\n`
      : `${PREFIX}${symbol.name}=${tristateText(state.value)}\n`;
  }
  const text = symbol.type === ValueType.String ? quote(state.text) : state.text;
  return `${PREFIX}${symbol.name}=${text}\n`;
}

/** The whole file, with menus as comments around what they contain. */
export function writeConfig(evaluation: Evaluation): string {
  const { root } = evaluation.model;
  if (!evaluation.hasChanged) evaluation.invalidate();
  const writer = new ConfigWriter(evaluation);
  for (const node of root.children) writer.node(node);
  evaluation.hasChanged = false;
  return heading("#", "#", "#", root.prompt?.text ?? "") + writer.parts.join("");
}

/** The first lines of every generated file. */
export function heading(first: string, prefix: string, last: string, title: string): string {
  return `${first}\n${prefix} Automatically generated file; DO NOT EDIT.\n${prefix} ${title}\n${last}\n`;
}

class ConfigWriter {
  readonly parts: string[] = [];
  private readonly evaluation: Evaluation;
  private readonly written = new Set<KSymbol>();
  private needsBlankLine = false;

  constructor(evaluation: Evaluation) {
    this.evaluation = evaluation;
  }

  node(node: MenuNode): void {
    const { symbol } = node;
    if (symbol === null) {
      if (this.evaluation.isNodeVisible(node)) {
        this.parts.push(`\n#\n# ${node.prompt?.text}\n#\n`);
        this.needsBlankLine = false;
      }
    } else if (!symbol.isChoice && !this.written.has(symbol)) {
      this.symbol(symbol);
    }
    for (const child of node.children) this.node(child);
    if (symbol === null && isMenuPrompt(node.prompt) && this.evaluation.isNodeVisible(node)) {
      this.parts.push(`# end of ${node.prompt?.text}\n`);
      this.needsBlankLine = true;
    }
  }

  private symbol(symbol: KSymbol): void {
    if (!this.evaluation.computed(symbol).isWritten) return;
    if (this.needsBlankLine) {
      this.parts.push("\n");
      this.needsBlankLine = false;
    }
    this.written.add(symbol);
    this.parts.push(configLine(this.evaluation, symbol));
  }
}
