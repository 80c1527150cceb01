// Cuts a Kconfig file into statements, one logical line at a time, and expands macros on the way.
// Lines rather than single tokens, because an assignment changes what the next line means.
import type { Problem } from "../problems.ts";
import type { Macros } from "./macros.ts";
import type { HelpSource } from "./model.ts";

export const TokenKind = {
  /** May be a keyword. */
  Word: 1,
  /** A word with a macro in it: never a keyword. */
  Expanded: 2,
  /** Text in quotes. */
  Quoted: 3,
  /** || && ! = != < <= > >= ( ) := += */
  Operator: 4,
  /** The rest of the line behind `NAME =`. */
  Value: 5,
} as const;
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

const NEWLINE = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const DOLLAR = 0x24;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;
const CARRIAGE_RETURN = 0x0d;

/** Letters, digits, _ and -. */
const IS_WORD = new Uint8Array(128);
for (const range of ["AZ", "az", "09", "__", "--"]) {
  IS_WORD.fill(1, range.charCodeAt(0), range.charCodeAt(1) + 1);
}
const isWord = (code: number): boolean => code < 128 && IS_WORD[code] === 1;

const TWO_CHARACTER_OPERATORS = new Set(["||", "&&", "!=", "<=", ">=", ":=", "+="]);
const ONE_CHARACTER_OPERATORS = "!=<>()";

export class Lexer {
  readonly file: string;
  /** The tokens of the statement that `next` read; it fills the same arrays again and again. */
  readonly kinds: TokenKind[] = [];
  readonly texts: string[] = [];
  /** Line of its first token. */
  line = 0;
  /** Line that is being read, for $(lineno). */
  currentLine = 1;

  private readonly text: string;
  private readonly macros: Macros;
  private readonly warn: (problem: Problem) => void;
  private position = 0;

  constructor(file: string, text: string, macros: Macros, warn: (problem: Problem) => void) {
    this.file = file;
    this.text = text;
    this.macros = macros;
    this.warn = warn;
  }

  /** Reads the next statement that has any token; false at the end of the file. */
  next(): boolean {
    const text = this.text;
    const end = text.length;
    const { kinds, texts } = this;
    kinds.length = 0;
    texts.length = 0;
    let at = this.position;
    while (at < end) {
      const code = text.charCodeAt(at);
      if (code === SPACE || code === TAB) {
        at++;
      } else if (code === NEWLINE) {
        at++;
        if (kinds.length > 0) {
          this.position = at;
          this.currentLine++;
          return true;
        }
        this.currentLine++;
      } else if (code === HASH) {
        const newline = text.indexOf("\n", at);
        at = newline === -1 ? end : newline;
      } else if (isWord(code) || code === DOLLAR) {
        let stop = at + 1;
        while (stop < end && isWord(text.charCodeAt(stop))) stop++;
        if (code === DOLLAR || text.charCodeAt(stop) === DOLLAR) {
          at = this.expandedWord(at);
        } else {
          this.push(TokenKind.Word, text.slice(at, stop));
          at = stop;
        }
      } else if (code === QUOTE || code === APOSTROPHE) {
        at = this.quoted(at + 1, code);
      } else if (code === BACKSLASH && text.charCodeAt(at + 1) === NEWLINE) {
        at += 2;
        this.currentLine++;
      } else if (code === CARRIAGE_RETURN && text.charCodeAt(at + 1) === NEWLINE) {
        at++;
      } else {
        at = this.operator(at);
        if (kinds.length === 2 && isAssignment(kinds, texts)) {
          this.position = at;
          this.assignedValue();
          return true;
        }
      }
    }
    this.position = at;
    return kinds.length > 0;
  }

  /**
   * Skips the text of `help`: as long as lines are empty or indented at least like the first one.
   * Null when there is none.
   */
  skipHelp(): HelpSource | null {
    const text = this.text;
    const start = this.position;
    let indentation = -1;
    while (this.position < text.length) {
      let at = this.position;
      let column = 0;
      for (; ; at++) {
        const code = text.charCodeAt(at);
        if (code === SPACE) column++;
        else if (code === TAB) column = (column & ~7) + 8;
        else break;
      }
      const newline = text.indexOf("\n", at);
      const stop = newline === -1 ? text.length : newline;
      const isBlank = at === stop || (at === stop - 1 && text.charCodeAt(at) === CARRIAGE_RETURN);
      if (!isBlank) {
        if (indentation === -1) indentation = column;
        if (column < indentation || column === 0) break;
      }
      this.position = Math.min(stop + 1, text.length);
      this.currentLine++;
    }
    if (indentation <= 0) return null;
    const end = this.position;
    return { read: () => readHelp(text.slice(start, end), indentation) };
  }

  private push(kind: TokenKind, text: string): void {
    if (this.kinds.length === 0) this.line = this.currentLine;
    this.kinds.push(kind);
    this.texts.push(text);
  }

  private endOfLine(from: number): number {
    const newline = this.text.indexOf("\n", from);
    return newline === -1 ? this.text.length : newline;
  }

  /** A word that contains a `$`; it may vanish. */
  private expandedWord(start: number): number {
    const line = this.text.slice(start, this.endOfLine(start));
    let value = "";
    let at = 0;
    while (at < line.length) {
      const code = line.charCodeAt(at);
      if (code === DOLLAR) {
        const [expansion, end] = this.macros.reference(line, at + 1);
        value += expansion;
        at = end;
      } else if (isWord(code)) {
        value += line[at++];
      } else {
        break;
      }
    }
    if (value !== "") this.push(TokenKind.Expanded, value);
    return start + at;
  }

  private quoted(start: number, quote: number): number {
    const text = this.text;
    const stop = this.endOfLine(start);
    let value = "";
    let copied = start;
    let at = start;
    for (; at < stop; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        this.push(TokenKind.Quoted, value + text.slice(copied, at));
        return at + 1;
      }
      if (code === BACKSLASH) {
        value += text.slice(copied, at);
        // The character behind it is taken as it is; a backslash at the end of a line vanishes.
        copied = Math.min(at + 1, stop);
        at++;
      } else if (code === DOLLAR) {
        value += text.slice(copied, at);
        const line = text.slice(at + 1, stop);
        const [expansion, end] = this.macros.reference(line, 0);
        value += expansion;
        at += end;
        copied = at + 1;
      }
    }
    this.complain("multi-line strings are not supported; the text ends here");
    this.push(TokenKind.Quoted, value + text.slice(Math.min(copied, stop), stop));
    return stop;
  }

  private operator(at: number): number {
    const two = this.text.slice(at, at + 2);
    if (TWO_CHARACTER_OPERATORS.has(two)) {
      this.push(TokenKind.Operator, two);
      return at + 2;
    }
    const one = this.text.charAt(at);
    if (ONE_CHARACTER_OPERATORS.includes(one)) this.push(TokenKind.Operator, one);
    else this.complain(`ignoring the unsupported character '${one}'`);
    return at + 1;
  }

  /** Everything behind the operator, comments and trailing blanks included. */
  private assignedValue(): void {
    const stop = this.endOfLine(this.position);
    let value = this.text.slice(this.position, stop).replace(/^[ \t]+/, "");
    if (value.endsWith("\r")) value = value.slice(0, -1);
    this.push(TokenKind.Value, value);
    this.position = Math.min(stop + 1, this.text.length);
    this.currentLine++;
  }

  private complain(message: string): void {
    this.warn({ path: "", message, location: { file: this.file, line: this.currentLine } });
  }
}

function isAssignment(kinds: readonly TokenKind[], texts: readonly string[]): boolean {
  const operator = texts[1];
  return (
    (kinds[0] === TokenKind.Word || kinds[0] === TokenKind.Expanded) &&
    kinds[1] === TokenKind.Operator &&
    (operator === "=" || operator === ":=" || operator === "+=")
  );
}

function readHelp(text: string, indentation: number): string {
  const lines = text.split("\n").map((line) => {
    const content = line.trimStart();
    const column = widthOf(line, line.length - content.length);
    return content === "" ? "" : " ".repeat(column - indentation) + content.trimEnd();
  });
  while (lines.length > 0 && lines.at(-1) === "") lines.pop();
  return lines.join("\n");
}

function widthOf(line: string, length: number): number {
  let width = 0;
  for (let i = 0; i < length; i++) {
    width = line.charCodeAt(i) === TAB ? (width & ~7) + 8 : width + 1;
  }
  return width;
}
