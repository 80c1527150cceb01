// The lines below a config, choice, menu or comment: type, prompt, default, select, depends, …
import type { SourceLocation } from "../problems.ts";
import { and, type Expression, ofSymbol } from "./expression.ts";
import { type StatementReader, SyntaxProblem } from "./expression-parser.ts";
import type { Lexer } from "./lexer.ts";
import {
  append,
  type KSymbol,
  type MenuNode,
  Property,
  PropertyKind,
  typeName,
  ValueType,
} from "./model.ts";

type EntryKind = "config" | "menuconfig" | "choice" | "menu" | "comment";

/** What the options need of the parser. */
interface EntryHost {
  modules: KSymbol | null;
  readonly symbols: { reference(name: string): KSymbol };
  warn(message: string, location: SourceLocation): void;
}

const TYPES = new Map<string, ValueType>([
  ["bool", ValueType.Bool],
  ["boolean", ValueType.Bool],
  ["tristate", ValueType.Tristate],
  ["int", ValueType.Int],
  ["hex", ValueType.Hex],
  ["string", ValueType.String],
]);
const DEFAULT_TYPES = new Map<string, ValueType>([
  ["default", ValueType.Unknown],
  ["def_bool", ValueType.Bool],
  ["def_tristate", ValueType.Tristate],
  ["def_int", ValueType.Int],
  ["def_hex", ValueType.Hex],
  ["def_string", ValueType.String],
]);

const CONFIG_OPTIONS = [
  ...TYPES.keys(),
  ...DEFAULT_TYPES.keys(),
  ...["prompt", "select", "imply", "range", "depends", "help", "---help---", "modules", "option"],
  "transitional",
];
const OPTIONS_OF: Readonly<Record<EntryKind, ReadonlySet<string>>> = {
  config: new Set(CONFIG_OPTIONS),
  menuconfig: new Set(CONFIG_OPTIONS),
  choice: new Set([
    ...["prompt", "bool", "boolean", "tristate", "optional", "default", "depends", "help"],
    "---help---",
  ]),
  menu: new Set(["visible", "depends"]),
  comment: new Set(["depends"]),
};

export class EntryOptions {
  private readonly host: EntryHost;
  private readonly node: MenuNode;
  private readonly kind: EntryKind;

  constructor(host: EntryHost, node: MenuNode, kind: EntryKind) {
    this.host = host;
    this.node = node;
    this.kind = kind;
  }

  static isOption(keyword: string): boolean {
    return (
      Object.values(OPTIONS_OF).some((options) => options.has(keyword)) || keyword === "optional"
    );
  }

  /** Reads a line if it is an option of this kind of entry. */
  read(keyword: string, reader: StatementReader, lexer: Lexer): boolean {
    if (!OPTIONS_OF[this.kind].has(keyword)) return false;
    const location = { file: lexer.file, line: lexer.line };
    const type = TYPES.get(keyword);
    const defaultType = DEFAULT_TYPES.get(keyword);
    if (type !== undefined) {
      if (reader.isAtQuoted) this.prompt(reader, location);
      reader.expectEnd();
      this.setType(type);
    } else if (defaultType !== undefined) {
      this.default(reader, location);
      if (defaultType !== ValueType.Unknown) this.setType(defaultType);
    } else {
      this.other(keyword, reader, lexer, location);
    }
    return true;
  }

  /** Called when the entry has no more options. */
  finish(): void {
    if (this.kind !== "menuconfig") return;
    if (this.node.prompt !== null) this.node.prompt.kind = PropertyKind.Menu;
    else this.host.warn("menuconfig statement without prompt", this.node.location);
  }

  private other(
    keyword: string,
    reader: StatementReader,
    lexer: Lexer,
    location: SourceLocation,
  ): void {
    switch (keyword) {
      case "prompt":
        this.prompt(reader, location);
        break;
      case "depends":
        reader.expectKeyword("on");
        this.dependency(wholeExpression(reader), location);
        break;
      case "select":
        this.selection(PropertyKind.Select, reader, location);
        break;
      case "imply":
        this.selection(PropertyKind.Imply, reader, location);
        break;
      case "range":
        this.range(reader, location);
        break;
      case "visible":
        this.visibility(reader.condition(), location);
        break;
      case "optional":
        reader.expectEnd();
        this.symbol.isOptional = true;
        break;
      case "modules":
        reader.expectEnd();
        this.setModules();
        break;
      case "transitional":
        reader.expectEnd();
        this.symbol.isTransitional = true;
        break;
      case "option":
        this.legacyOption(reader, location);
        break;
      default:
        reader.expectEnd();
        this.help(lexer, location);
    }
  }

  private get symbol(): KSymbol {
    if (this.node.symbol === null) throw new Error("a menu has no symbol");
    return this.node.symbol;
  }

  private dependency(expression: Expression, location: SourceLocation): void {
    const { node } = this;
    node.dependency = and(node.dependency, expression);
    node.conditions = append(node.conditions, { kind: "dependency", expression, location });
  }

  private visibility(expression: Expression | null, location: SourceLocation): void {
    if (expression === null) return;
    const { node } = this;
    node.visibility = and(node.visibility, expression);
    node.conditions = append(node.conditions, { kind: "visibility", expression, location });
  }

  private setType(type: ValueType): void {
    const symbol = this.symbol;
    if (symbol.type === ValueType.Unknown) symbol.type = type;
    else if (symbol.type !== type) {
      this.host.warn(
        `ignoring type redefinition of '${symbol.displayName}' from '${typeName(symbol.type)}' to '${typeName(type)}'`,
        this.node.location,
      );
    }
  }

  private property(
    kind: PropertyKind,
    location: SourceLocation,
    condition: Expression | null,
  ): Property {
    const property = new Property(kind, this.node, location, condition);
    this.node.properties = append(this.node.properties, property);
    return property;
  }

  private prompt(reader: StatementReader, location: SourceLocation): void {
    const text = reader.quoted("a prompt");
    const property = this.property(PropertyKind.Prompt, location, reader.condition());
    property.text = text.trimStart();
    if (property.text !== text)
      this.host.warn("leading white space of the prompt ignored", location);
    if (this.node.prompt !== null) this.host.warn("prompt redefined", location);
    // "visible if" of the menus around it limits the prompt, and only the prompt.
    for (let menu = this.node.parent; menu !== null; menu = menu.parent) {
      property.condition = and(property.condition, menu.visibility);
    }
    this.node.prompt = property;
    this.symbol.prompts = append(this.symbol.prompts, property);
  }

  private default(reader: StatementReader, location: SourceLocation): void {
    const value = this.kind === "choice" ? ofSymbol(reader.name()) : reader.expression();
    const property = this.property(PropertyKind.Default, location, reader.condition());
    property.value = value;
    this.symbol.defaults = append(this.symbol.defaults, property);
  }

  private selection(kind: PropertyKind, reader: StatementReader, location: SourceLocation): void {
    const target = reader.name();
    const property = this.property(kind, location, reader.condition());
    property.target = target;
    const { symbol } = this;
    if (kind === PropertyKind.Select) symbol.selects = append(symbol.selects, property);
    else symbol.implies = append(symbol.implies, property);
  }

  private range(reader: StatementReader, location: SourceLocation): void {
    const lower = reader.symbol();
    const upper = reader.symbol();
    const property = this.property(PropertyKind.Range, location, reader.condition());
    property.target = lower;
    property.upper = upper;
    this.symbol.ranges = append(this.symbol.ranges, property);
  }

  private setModules(): void {
    if (this.host.modules !== null && this.host.modules !== this.symbol) {
      throw new SyntaxProblem(
        `'${this.symbol.displayName}' redefines 'modules', which '${this.host.modules.displayName}' defines`,
      );
    }
    this.host.modules = this.symbol;
  }

  /** The older spelling `option modules`, which trees still use. */
  private legacyOption(reader: StatementReader, location: SourceLocation): void {
    const name = reader.word("the option's name");
    if (name === "modules") {
      reader.expectEnd();
      this.setModules();
    } else if (name === "allnoconfig_y") {
      reader.expectEnd();
      this.symbol.staysOnInAllNo = true;
    } else if (name === "defconfig_list") {
      reader.expectEnd();
    } else {
      throw new SyntaxProblem(
        `unknown option '${name}' at line ${location.line}; for an environment variable write default "$(NAME)"`,
      );
    }
  }

  private help(lexer: Lexer, location: SourceLocation): void {
    const source = lexer.skipHelp();
    if (this.node.helpSource !== null) {
      this.host.warn(
        `'${this.symbol.displayName}' has more than one help text; the last is used`,
        location,
      );
    }
    if (source === null) {
      this.host.warn(`'${this.symbol.displayName}' has a blank help text`, location);
    }
    this.node.helpSource = source;
  }
}

function wholeExpression(reader: StatementReader): Expression {
  const expression = reader.expression();
  reader.expectEnd();
  return expression;
}
