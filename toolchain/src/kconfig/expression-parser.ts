// Reads expressions from the tokens of one statement. From weakest: ||, &&, !, and comparisons,
// which stand between two symbols only.
import { and, compare, type Expression, not, Op, ofSymbol, or } from "./expression.ts";
import { type Lexer, TokenKind } from "./lexer.ts";
import type { KSymbol } from "./model.ts";
import type { SymbolTable } from "./symbol-table.ts";

const COMPARISONS = new Map<string, Op>([
  ["=", Op.Equal],
  ["!=", Op.Unequal],
  ["<", Op.Less],
  ["<=", Op.LessEqual],
  [">", Op.Greater],
  [">=", Op.GreaterEqual],
]);

/** What is wrong with a statement; the parser adds where. */
export class SyntaxProblem extends Error {}

/** Reads the tokens of a statement from left to right. */
export class StatementReader {
  private readonly kinds: readonly TokenKind[];
  private readonly texts: readonly string[];
  private readonly symbols: SymbolTable;
  private at: number;

  constructor(lexer: Lexer, symbols: SymbolTable, start: number) {
    this.kinds = lexer.kinds;
    this.texts = lexer.texts;
    this.symbols = symbols;
    this.at = start;
  }

  get isAtEnd(): boolean {
    return this.at >= this.kinds.length;
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw new SyntaxProblem(`unexpected ${this.describe()}`);
  }

  /** Text in quotes, as prompts and file names are. */
  quoted(what: string): string {
    if (this.kinds[this.at] !== TokenKind.Quoted) {
      throw new SyntaxProblem(`expected ${what} in quotes, not ${this.describe()}`);
    }
    return this.texts[this.at++] ?? "";
  }

  get isAtQuoted(): boolean {
    return this.kinds[this.at] === TokenKind.Quoted;
  }

  word(what: string): string {
    const kind = this.kinds[this.at];
    if (kind !== TokenKind.Word && kind !== TokenKind.Expanded) {
      throw new SyntaxProblem(`expected ${what}, not ${this.describe()}`);
    }
    return this.texts[this.at++] ?? "";
  }

  /** Consumes a keyword if it stands here. */
  keyword(name: string): boolean {
    if (this.kinds[this.at] !== TokenKind.Word || this.texts[this.at] !== name) return false;
    this.at++;
    return true;
  }

  expectKeyword(name: string): void {
    if (!this.keyword(name)) {
      throw new SyntaxProblem(`expected '${name}', not ${this.describe()}`);
    }
  }

  /** `if EXPRESSION` up to the end of the statement, or nothing. */
  condition(): Expression | null {
    const expression = this.keyword("if") ? this.expression() : null;
    this.expectEnd();
    return expression;
  }

  name(): KSymbol {
    return this.symbols.reference(this.word("a symbol"));
  }

  symbol(): KSymbol {
    if (this.isAtQuoted) return this.symbols.constant(this.quoted("a value"));
    if (this.kinds[this.at] === TokenKind.Word && this.texts[this.at] === "if") {
      throw new SyntaxProblem("expected a symbol or value, not 'if'");
    }
    return this.symbols.reference(this.word("a symbol or value"));
  }

  expression(): Expression {
    let left = this.conjunction();
    while (this.operator("||")) left = or(left, this.conjunction()) ?? left;
    return left;
  }

  private conjunction(): Expression {
    let left = this.negation();
    while (this.operator("&&")) left = and(left, this.negation());
    return left;
  }

  private negation(): Expression {
    if (this.operator("!")) return not(this.negation());
    if (this.operator("(")) {
      const inner = this.expression();
      if (!this.operator(")")) throw new SyntaxProblem(`expected ')', not ${this.describe()}`);
      return inner;
    }
    const symbol = this.symbol();
    const op = this.isOperator() ? COMPARISONS.get(this.texts[this.at] ?? "") : undefined;
    if (op === undefined) return ofSymbol(symbol);
    this.at++;
    return compare(op, symbol, this.symbol());
  }

  private isOperator(): boolean {
    return this.kinds[this.at] === TokenKind.Operator;
  }

  private operator(text: string): boolean {
    if (!this.isOperator() || this.texts[this.at] !== text) return false;
    this.at++;
    return true;
  }

  private describe(): string {
    const text = this.texts[this.at] ?? "";
    if (this.isAtEnd) return "the end of the line";
    return this.kinds[this.at] === TokenKind.Quoted ? `"${text}"` : `'${text}'`;
  }
}
