// Builds symbols and the menu from the statements of a tree. All syntax errors are collected;
// entry-options.ts reads what stands below a config, choice, menu or comment.
import { basename, dirname } from "node:path";
import type { Problem, SourceLocation } from "../problems.ts";
import { ProblemsError } from "../problems.ts";
import { EntryOptions } from "./entry-options.ts";
import { StatementReader, SyntaxProblem } from "./expression-parser.ts";
import { Lexer, TokenKind } from "./lexer.ts";
import { Macros } from "./macros.ts";
import { append, type KSymbol, MenuNode, Property, PropertyKind } from "./model.ts";
import { Shell } from "./shell.ts";
import { SourceFiles } from "./sources.ts";
import { SymbolTable } from "./symbol-table.ts";
import type { ParseOptions } from "./types.ts";

/** A tree as it is written, before dependencies are propagated. */
export interface ParsedTree {
  readonly symbols: SymbolTable;
  readonly root: MenuNode;
  readonly modules: KSymbol | null;
  /** All symbols but the built-in ones, in the order that generated files follow. */
  readonly symbolsInHashOrder: readonly KSymbol[];
  /** Every file that was read, in order, relative to the root. */
  readonly files: readonly string[];
  readonly warnings: Problem[];
  /** What $(info,…) printed. */
  readonly messages: readonly string[];
  /** Environment variables that the tree read. */
  readonly environment: ReadonlyMap<string, string>;
}

type BlockKind = "menu" | "choice" | "if";

interface Block {
  readonly kind: BlockKind;
  readonly node: MenuNode;
}

const ENDS = new Map<string, BlockKind>([
  ["endmenu", "menu"],
  ["endchoice", "choice"],
  ["endif", "if"],
]);
const ALLOWED_IN_CHOICE = new Set([
  "config",
  "comment",
  "if",
  "source",
  "rsource",
  "osource",
  "orsource",
]);

export class Parser {
  readonly symbols = new SymbolTable();
  readonly warnings: Problem[] = [];
  modules: KSymbol | null = null;

  private readonly sources: SourceFiles;
  private readonly macros: Macros;
  private readonly shell: Shell;
  private readonly root: MenuNode;
  private readonly problems: Problem[] = [];
  private readonly files: string[] = [];
  private readonly messages: string[] = [];
  private readonly blocks: Block[] = [];
  /** Files that are being read, each including the next. */
  private readonly openFiles: Lexer[] = [];
  private options: EntryOptions | null = null;
  private readonly rootName: string;

  constructor(rootFile: string, options: ParseOptions) {
    const environment = options.environment ?? {};
    const directory = options.root ?? dirname(rootFile);
    this.sources = new SourceFiles(directory);
    this.shell = new Shell(environment, directory);
    this.rootName =
      options.root === undefined ? basename(rootFile) : this.sources.displayName(rootFile);
    this.macros = new Macros({
      environment,
      shell: options.allowShell ? (command) => this.shell.run(command) : undefined,
      location: () => ({ file: this.lexer.file, line: this.lexer.currentLine }),
      onInfo: (text) => this.messages.push(text),
      onWarning: (text) => this.warn(text, this.macros.host.location()),
    });
    this.root = new MenuNode(null, null, { file: this.rootName, line: 1 });
  }

  parse(): ParsedTree {
    try {
      this.file(this.rootName);
    } catch (error) {
      // A macro that fails ends the reading; what was found before is still worth telling.
      if (!(error instanceof ProblemsError)) throw error;
      this.problems.push(...error.problems);
    } finally {
      this.shell.close();
    }
    this.closeEntry();
    if (this.problems.length > 0) throw new ProblemsError(this.problems);
    if (this.root.prompt === null) this.mainMenu("Main menu");
    let inHashOrder: readonly KSymbol[] | undefined;
    return {
      symbols: this.symbols,
      root: this.root,
      modules: this.modules,
      get symbolsInHashOrder() {
        inHashOrder ??= this.symbols.inHashOrder();
        return inHashOrder;
      },
      files: this.files,
      warnings: this.warnings,
      messages: this.messages,
      environment: this.macros.usedEnvironment,
    };
  }

  warn(message: string, location: SourceLocation): void {
    this.warnings.push({ path: "", message, location });
  }

  private get lexer(): Lexer {
    const lexer = this.openFiles.at(-1);
    if (lexer === undefined) throw new Error("no Kconfig file is being read");
    return lexer;
  }

  private location(): SourceLocation {
    return { file: this.lexer.file, line: this.lexer.line };
  }

  private fail(message: string, location: SourceLocation = this.location()): void {
    this.problems.push({ path: "", message, location });
  }

  private get menu(): MenuNode {
    return this.blocks.at(-1)?.node ?? this.root;
  }

  private file(name: string): void {
    let text: string;
    try {
      text = this.sources.read(name);
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      const message =
        reason === "ENOENT" ? `no file '${name}' to read` : `cannot read '${name}': ${reason}`;
      const location = this.openFiles.length > 0 ? this.location() : undefined;
      const problem = { path: "", message };
      this.problems.push(location === undefined ? problem : { ...problem, location });
      return;
    }
    this.files.push(name);
    const lexer = new Lexer(name, text, this.macros, (problem) => this.warnings.push(problem));
    const depth = this.blocks.length;
    this.openFiles.push(lexer);
    while (lexer.next()) this.statement(lexer);
    while (this.blocks.length > depth) {
      const block = this.blocks.pop();
      if (block !== undefined) this.fail(`this ${block.kind} has no end`, block.node.location);
    }
    this.openFiles.pop();
  }

  private statement(lexer: Lexer): void {
    try {
      const first = lexer.texts[0] ?? "";
      const reader = new StatementReader(lexer, this.symbols, 1);
      if (lexer.kinds[1] === TokenKind.Operator && lexer.kinds[2] === TokenKind.Value) {
        this.assignment(first, lexer.texts[1] ?? "", lexer.texts[2] ?? "");
        return;
      }
      const isKeyword = lexer.kinds[0] === TokenKind.Word;
      if (isKeyword && this.options?.read(first, reader, lexer)) return;
      if (!isKeyword || !this.entry(first, reader)) this.unknown(first);
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      this.fail(error.message);
    }
  }

  private unknown(first: string): void {
    throw new SyntaxProblem(
      EntryOptions.isOption(first)
        ? `'${first}' does not belong here`
        : `unknown statement '${first}'`,
    );
  }

  private assignment(name: string, operator: string, value: string): void {
    const flavor = operator === "=" ? "recursive" : operator === ":=" ? "simple" : "append";
    this.macros.assign(name, flavor, value);
  }

  /** A statement that begins or ends something; false when it is none. */
  private entry(keyword: string, reader: StatementReader): boolean {
    const end = ENDS.get(keyword);
    if (end !== undefined) {
      this.closeEntry();
      this.end(end, keyword, reader);
      return true;
    }
    const action = this.entries[keyword];
    if (action === undefined || !Object.hasOwn(this.entries, keyword)) return false;
    this.closeEntry();
    if (this.isDirectlyInChoice() && !ALLOWED_IN_CHOICE.has(keyword)) {
      throw new SyntaxProblem(`a choice cannot contain '${keyword}'`);
    }
    action(reader);
    return true;
  }

  private isDirectlyInChoice(): boolean {
    return this.blocks.findLast((block) => block.kind !== "if")?.kind === "choice";
  }

  private readonly entries: Readonly<Record<string, (reader: StatementReader) => void>> = {
    config: (reader) => this.config(reader, false),
    menuconfig: (reader) => this.config(reader, true),
    choice: (reader) => this.choice(reader),
    menu: (reader) => this.block("menu", this.titled(PropertyKind.Menu, reader)),
    comment: (reader) => {
      this.open(this.titled(PropertyKind.Comment, reader), "comment");
    },
    if: (reader) => this.if(reader),
    mainmenu: (reader) => {
      const text = reader.quoted("the main menu's title");
      reader.expectEnd();
      this.mainMenu(text);
    },
    source: (reader) => this.source(reader, false, false),
    rsource: (reader) => this.source(reader, true, false),
    osource: (reader) => this.source(reader, false, true),
    orsource: (reader) => this.source(reader, true, true),
  };

  private closeEntry(): void {
    this.options?.finish();
    this.options = null;
  }

  private add(symbol: KSymbol | null): MenuNode {
    const node = new MenuNode(symbol, this.menu, this.location());
    this.menu.children = append(this.menu.children, node);
    if (symbol !== null) symbol.nodes = append(symbol.nodes, node);
    return node;
  }

  private open(
    node: MenuNode,
    kind: "config" | "menuconfig" | "choice" | "menu" | "comment",
  ): void {
    this.options = new EntryOptions(this, node, kind);
  }

  private block(kind: "menu" | "choice", node: MenuNode): void {
    this.blocks.push({ kind, node });
    this.open(node, kind);
  }

  private config(reader: StatementReader, isMenu: boolean): void {
    const symbol = reader.name();
    reader.expectEnd();
    if (symbol.isConstant) throw new SyntaxProblem(`'${symbol.name}' cannot be defined`);
    this.open(this.add(symbol), isMenu ? "menuconfig" : "config");
  }

  private choice(reader: StatementReader): void {
    const name = reader.isAtEnd ? null : reader.word("the choice's name");
    reader.expectEnd();
    this.block("choice", this.add(this.symbols.choice(name)));
  }

  private titled(kind: PropertyKind, reader: StatementReader): MenuNode {
    const text = reader.quoted("a title");
    reader.expectEnd();
    const node = this.add(null);
    this.prompt(node, kind, text);
    return node;
  }

  private prompt(node: MenuNode, kind: PropertyKind, text: string): void {
    const property = new Property(kind, node, node.location, null);
    property.text = text.trimStart();
    node.prompt = property;
    node.properties = append(node.properties, property);
  }

  private mainMenu(text: string): void {
    this.prompt(this.root, PropertyKind.Menu, text);
  }

  private if(reader: StatementReader): void {
    const condition = reader.expression();
    reader.expectEnd();
    const node = this.add(null);
    node.dependency = condition;
    const { location } = node;
    node.conditions = append(node.conditions, {
      kind: "dependency",
      expression: condition,
      location,
    });
    this.blocks.push({ kind: "if", node });
  }

  private end(kind: BlockKind, keyword: string, reader: StatementReader): void {
    reader.expectEnd();
    const block = this.blocks.at(-1);
    if (block === undefined) throw new SyntaxProblem(`'${keyword}' without a ${kind}`);
    if (block.kind !== kind) {
      throw new SyntaxProblem(`unexpected '${keyword}' within a ${block.kind}`);
    }
    if (block.node.location.file !== this.lexer.file) {
      const { file, line } = block.node.location;
      throw new SyntaxProblem(`'${keyword}' is in another file than its ${kind} (${file}:${line})`);
    }
    this.blocks.pop();
  }

  private source(reader: StatementReader, isRelative: boolean, isOptional: boolean): void {
    const pattern = reader.quoted("a file name");
    reader.expectEnd();
    const names = this.sources.match(pattern, this.lexer.file, isRelative, isOptional);
    if (names.length === 0 && !isOptional) {
      throw new SyntaxProblem(`no file '${pattern}' to read`);
    }
    for (const name of names) {
      if (this.openFiles.some((lexer) => lexer.file === name)) {
        const chain = this.openFiles.map((lexer) => `${lexer.file}:${lexer.line}`).join(", ");
        throw new SyntaxProblem(`'${name}' includes itself (by way of ${chain})`);
      }
      this.file(name);
      this.closeEntry();
    }
  }
}
