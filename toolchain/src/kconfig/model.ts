// What a parsed tree consists of: symbols with their properties, and the menu they stand in.
// Filled by the parser, completed by finalize.ts, and only read from then on.
import type { SourceLocation } from "../problems.ts";
import type { Expression } from "./expression.ts";

/** n, m and y; "and" is the minimum, "or" the maximum, "not" is 2 - x. */
export type Tristate = 0 | 1 | 2;
export const NO = 0;
export const MODULE = 1;
export const YES = 2;

/** A symbol's type; a name that is only mentioned, like a number, stays Unknown. */
export const ValueType = {
  Unknown: 0,
  Bool: 1,
  Tristate: 2,
  Int: 3,
  Hex: 4,
  String: 5,
} as const;
export type ValueType = (typeof ValueType)[keyof typeof ValueType];

const TYPE_NAMES = ["unknown", "bool", "tristate", "int", "hex", "string"] as const;
export const typeName = (type: ValueType): (typeof TYPE_NAMES)[number] =>
  TYPE_NAMES[type] ?? "unknown";

export const PropertyKind = {
  Prompt: 0,
  /** The prompt of a menu or of a menuconfig. */
  Menu: 1,
  Comment: 2,
  Default: 3,
  Select: 4,
  Imply: 5,
  Range: 6,
} as const;
export type PropertyKind = (typeof PropertyKind)[keyof typeof PropertyKind];

const PROPERTY_NAMES = ["prompt", "menu", "comment", "default", "select", "imply", "range"];
export const propertyName = (kind: PropertyKind): string => PROPERTY_NAMES[kind] ?? "property";

/** One line of an entry: `default 5 if FOO`, `select BAR`, a prompt. */
export class Property {
  kind: PropertyKind;
  readonly node: MenuNode;
  readonly location: SourceLocation;
  /** Null means "always". finalize.ts adds the dependencies of the entry and its parents. */
  condition: Expression | null;
  /** Of prompts, menus and comments. */
  text = "";
  /** Of defaults. */
  value: Expression | null = null;
  /** Of select and imply: what is selected; of a range: its lower end. */
  target: KSymbol | null = null;
  /** Of a range: its upper end. */
  upper: KSymbol | null = null;

  constructor(
    kind: PropertyKind,
    node: MenuNode,
    location: SourceLocation,
    condition: Expression | null,
  ) {
    this.kind = kind;
    this.node = node;
    this.location = location;
    this.condition = condition;
  }
}

/** Shared by everything that has none: a tree has tens of thousands of lists, most of them empty. */
const EMPTY: readonly never[] = [];

/** The list with one more item; it is copied only when it was the shared empty one. */
export function append<T>(list: readonly T[], item: T): readonly T[] {
  if (list === EMPTY) return [item];
  (list as T[]).push(item);
  return list;
}

/** Somebody's select or imply, seen from the symbol that it points at. */
export interface Selection {
  readonly selector: KSymbol;
  readonly property: Property;
}

export class KSymbol {
  /** Order of creation; the evaluation keeps its state in arrays by this index. */
  readonly index: number;
  /** Null for a choice without a name. */
  readonly name: string | null;
  /** Written in quotes in the tree: it stands for its own text. */
  readonly isConstant: boolean;
  readonly isChoice: boolean;
  type: ValueType = ValueType.Unknown;

  /** Every place that defines it, in the order of reading. */
  nodes: readonly MenuNode[] = EMPTY;
  prompts: readonly Property[] = EMPTY;
  defaults: readonly Property[] = EMPTY;
  ranges: readonly Property[] = EMPTY;
  selects: readonly Property[] = EMPTY;
  implies: readonly Property[] = EMPTY;

  /** "depends on" of all definitions, with their surroundings; null means always. */
  directDependency: Expression | null = null;
  /** Or of "selector && condition"; null when nothing selects it. */
  reverseDependency: Expression | null = null;
  impliedDependency: Expression | null = null;
  selectedBy: readonly Selection[] = EMPTY;
  impliedBy: readonly Selection[] = EMPTY;

  /** The choice that it is a value of. */
  choice: KSymbol | null = null;
  /** Of a choice: its values in order. */
  members: readonly KSymbol[] = EMPTY;
  /** Of a choice: may be left with nothing chosen. */
  isOptional = false;

  /** `option allnoconfig_y`: stays on in allnoconfig. */
  staysOnInAllNo = false;
  /** `transitional`: read from old .config files, never written. */
  isTransitional = false;

  constructor(index: number, name: string | null, isConstant: boolean, isChoice: boolean) {
    this.index = index;
    this.name = name;
    this.isConstant = isConstant;
    this.isChoice = isChoice;
  }

  get isBoolean(): boolean {
    return this.type === ValueType.Bool || this.type === ValueType.Tristate;
  }

  get displayName(): string {
    return this.name ?? "<choice>";
  }
}

/** Where a help text stands; the lexer knows how long it is. */
export interface HelpSource {
  read(): string;
}

/** A `depends on`, `if` or `visible if` as it is written, to name the one that keeps a symbol off. */
export interface Condition {
  readonly kind: "dependency" | "visibility";
  readonly expression: Expression;
  readonly location: SourceLocation;
}

/** An entry of the menu: a config, choice, menu, comment, or (until finalize.ts) an if. */
export class MenuNode {
  readonly symbol: KSymbol | null;
  parent: MenuNode | null;
  /** The block that it is written in; finalize.ts moves nodes, but not this. */
  readonly enclosing: MenuNode | null;
  readonly location: SourceLocation;
  children: readonly MenuNode[] = EMPTY;
  prompt: Property | null = null;
  dependency: Expression | null = null;
  /** `visible if`. */
  visibility: Expression | null = null;
  /** What `dependency` and `visibility` were written as, in the order of reading. */
  conditions: readonly Condition[] = EMPTY;
  /** Cut out of the file only when it is asked for. */
  helpSource: HelpSource | null = null;
  /** Properties written in this entry, of any kind. */
  properties: readonly Property[] = EMPTY;

  constructor(symbol: KSymbol | null, parent: MenuNode | null, location: SourceLocation) {
    this.symbol = symbol;
    this.parent = parent;
    this.enclosing = parent;
    this.location = location;
  }

  get help(): string | null {
    return this.helpSource?.read() ?? null;
  }
}
