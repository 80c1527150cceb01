// Random Kconfig trees for comparing our engine with others: text built from a list of decisions,
// so that fast-check can shrink a failing tree by shortening the list and lowering its numbers.
// Decision 0 is always the plainest alternative.
import fc from "fast-check";

/**
 * Without fast-check's preference for small numbers and short lists, which would make most trees
 * too plain to tell anything.
 */
export const decisionLists = fc.noBias(
  fc.array(fc.nat(9999), { minLength: 60, maxLength: 400, size: "max" }),
);

/** Takes numbers from the list, and 0 when it is used up. */
class Decisions {
  private at = 0;
  private readonly numbers: readonly number[];

  constructor(numbers: readonly number[]) {
    this.numbers = numbers;
  }

  get isUsedUp(): boolean {
    return this.at >= this.numbers.length;
  }

  below(limit: number): number {
    return (this.numbers[this.at++] ?? 0) % limit;
  }

  /** True in `percent` of 100 cases, never when the list is used up. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

const TYPES = ["bool", "tristate", "bool", "tristate", "int", "hex", "string"] as const;
type Type = (typeof TYPES)[number];
const MAX_SYMBOLS = 16;
const TEXTS = ["text", "", "y", "5", 'with \\"quotes\\" and \\\\', "0x1F", "two words"];
const OPERATORS = ["=", "!=", "<", "<=", ">", ">="];

export interface RandomTree {
  readonly kconfig: string;
  /** An old .config to bring up to date. */
  readonly config: string;
}

export function randomTree(numbers: readonly number[]): RandomTree {
  return new TreeWriter(numbers).write();
}

class TreeWriter {
  private readonly decide: Decisions;
  private readonly lines: string[] = [];
  private readonly types: Type[] = [];
  /** Expressions mention symbols below this one, so that few trees are circular. */
  private limit = 0;

  constructor(numbers: readonly number[]) {
    this.decide = new Decisions(numbers);
  }

  write(): RandomTree {
    this.lines.push('mainmenu "Random tree"', "");
    if (this.decide.chance(70)) this.modules();
    this.statements(0);
    return { kconfig: `${this.lines.join("\n")}\n`, config: this.config() };
  }

  private modules(): void {
    const bound = this.decide.pick(["\tdefault y", "\tdefault n", ""]);
    this.lines.push("config MODULES", '\tbool "Modules"', "\tmodules");
    if (bound !== "") this.lines.push(bound);
    this.lines.push("");
  }

  private statements(depth: number): void {
    const count = 1 + this.decide.below(depth === 0 ? 14 : 5);
    for (let i = 0; i < count && !this.decide.isUsedUp; i++) this.statement(depth);
  }

  private statement(depth: number): void {
    const kind = this.decide.below(depth < 3 ? 12 : 7);
    if (kind < 7) this.config_(kind === 6 ? "menuconfig" : "config");
    else if (kind === 7) this.container(`if ${this.expression(1)}`, "endif", depth);
    else if (kind === 8) this.menu(depth);
    else if (kind === 9) this.comment();
    else this.choice(depth);
  }

  private container(head: string, end: string, depth: number): void {
    this.lines.push(head, "");
    this.statements(depth + 1);
    this.lines.push(end, "");
  }

  private menu(depth: number): void {
    this.lines.push(`menu "Menu ${this.lines.length}"`);
    if (this.decide.chance(40)) this.lines.push(`\tdepends on ${this.expression(1)}`);
    if (this.decide.chance(30)) this.lines.push(`\tvisible if ${this.expression(1)}`);
    this.lines.push("");
    this.statements(depth + 1);
    this.lines.push("endmenu", "");
  }

  private comment(): void {
    this.lines.push(`comment "Comment ${this.lines.length}"`);
    if (this.decide.chance(60)) this.lines.push(`\tdepends on ${this.expression(1)}`);
    this.lines.push("");
  }

  private choice(depth: number): void {
    const type = this.decide.pick(["bool", "tristate", ""]);
    this.lines.push("choice", `\tprompt "Choice ${this.lines.length}"${this.condition(20)}`);
    if (type !== "") this.lines.push(`\t${type}`);
    if (this.decide.chance(25)) this.lines.push("\toptional");
    if (this.decide.chance(25)) this.lines.push(`\tdepends on ${this.expression(1)}`);
    const first = this.types.length;
    const count = 1 + this.decide.below(4);
    for (let i = this.decide.below(3); i > 0; i--) {
      const member = first + this.decide.below(count);
      this.lines.push(`\tdefault S${member}${this.condition(30)}`);
    }
    this.lines.push("");
    const memberTypes: Type[] =
      type === "bool"
        ? ["bool"]
        : type === "tristate"
          ? ["tristate", "bool"]
          : ["bool", "tristate"];
    for (let i = 0; i < count; i++) {
      this.member(this.decide.pick(memberTypes), first, depth);
    }
    this.limit = this.types.length;
    this.lines.push("endchoice", "");
  }

  private member(type: Type, first: number, depth: number): void {
    const inIf = depth < 3 && this.decide.chance(10);
    if (inIf) this.lines.push(`if ${this.expression(1)}`, "");
    const name = this.define(type);
    // Now and then a value depends on an earlier value, and hangs below it instead.
    if (this.decide.chance(10)) this.limit = this.types.length - 1;
    this.lines.push(`config ${name}`, `\t${type} "Prompt ${name}"${this.condition(15)}`);
    if (this.decide.chance(25)) this.lines.push(`\tdepends on ${this.expression(1)}`);
    this.limit = first;
    if (this.decide.chance(15)) this.selection("select");
    this.lines.push("");
    if (inIf) this.lines.push("endif", "");
  }

  private define(type: Type): string {
    this.types.push(type);
    return `S${this.types.length - 1}`;
  }

  private config_(keyword: string): void {
    if (this.types.length >= MAX_SYMBOLS) return;
    const isAgain = this.types.length > 0 && this.decide.chance(6);
    const type = isAgain ? null : this.decide.pick(TYPES);
    const index = isAgain ? this.decide.below(this.types.length) : this.types.length;
    const name = type === null ? `S${index}` : this.define(type);
    const actual = this.types[index] as Type;
    this.limit = index;
    this.lines.push(`${keyword} ${name}`);
    const hasPrompt = keyword === "menuconfig" || !this.decide.chance(25);
    const prompt = hasPrompt ? ` "Prompt ${name}"${this.condition(15)}` : "";
    this.lines.push(`\t${actual}${prompt}`);
    for (let i = this.decide.below(3); i > 0; i--) {
      this.lines.push(`\tdefault ${this.defaultValue(actual, index)}${this.condition(40)}`);
    }
    if (this.decide.chance(40)) this.lines.push(`\tdepends on ${this.expression(2)}`);
    if (actual === "int" || actual === "hex") this.range(actual, index);
    if (actual === "bool" || actual === "tristate") {
      if (this.decide.chance(30)) this.selection("select");
      if (this.decide.chance(20)) this.selection("imply");
    }
    this.limit = this.types.length;
    if (this.decide.chance(10)) this.lines.push("\thelp", `\t  About ${name}.`, "", "\t    More.");
    this.lines.push("");
  }

  private defaultValue(type: Type, index: number): string {
    if (type === "bool" || type === "tristate") return this.expression(1);
    if (this.decide.chance(20)) {
      const other = this.types.slice(0, index).lastIndexOf(type);
      if (other !== -1) return `S${other}`;
    }
    if (type === "string") return `"${this.decide.pick(TEXTS)}"`;
    return this.number(type);
  }

  private number(type: Type): string {
    const value = this.decide.pick([0, 1, 7, 16, 100, 255, 1000]);
    return type === "hex" ? `0x${value.toString(16)}` : String(value);
  }

  private range(type: Type, index: number): void {
    if (!this.decide.chance(50)) return;
    const sameType = this.types.slice(0, index).lastIndexOf(type);
    const low = this.number(type);
    const high = sameType !== -1 && this.decide.chance(20) ? `S${sameType}` : this.number(type);
    this.lines.push(`\trange ${low} ${high}${this.condition(25)}`);
  }

  /** Mostly of a later symbol, so that few trees are circular. */
  private selection(verb: string): void {
    const next = this.types.length + this.decide.below(6);
    const target = this.decide.chance(5) ? this.decide.below(MAX_SYMBOLS) : next;
    this.lines.push(`\t${verb} S${target}${this.condition(30)}`);
  }

  private condition(percent: number): string {
    return this.decide.chance(percent) ? ` if ${this.expression(1)}` : "";
  }

  private expression(depth: number): string {
    const kind = this.decide.below(depth > 0 ? 10 : 5);
    if (kind < 4) return this.atom();
    if (kind === 4) return `!${this.atom()}`;
    if (kind === 5) return this.comparison();
    const left = this.expression(depth - 1);
    const right = this.expression(depth - 1);
    if (kind < 8) return `${left} && ${right}`;
    return kind === 8 ? `(${left} || ${right})` : `!(${left} || ${right})`;
  }

  private atom(): string {
    const { limit } = this;
    const constant = this.decide.below(12);
    if (limit === 0 || constant > 9) return this.decide.pick(["y", "n", "m", "MODULES"]);
    return `S${this.decide.chance(2) ? this.decide.below(MAX_SYMBOLS) : this.decide.below(limit)}`;
  }

  private comparison(): string {
    const { limit } = this;
    if (limit === 0) return "y";
    const index = this.decide.below(limit);
    const other = this.decide.chance(25) ? this.decide.below(limit) : index;
    const operator = this.decide.pick(OPERATORS);
    const type = this.types[index] as Type;
    if (other !== index) return `S${index} ${operator} S${other}`;
    if (type === "bool" || type === "tristate") {
      return `S${index} ${operator} ${this.decide.pick(["y", "n", "m"])}`;
    }
    const value =
      type === "string"
        ? `"${this.decide.pick(TEXTS)}"`
        : this.number(this.decide.pick(["int", "hex"]));
    return `S${index} ${operator} ${value}`;
  }

  private config(): string {
    const lines: string[] = [];
    if (this.decide.chance(50)) lines.push(`CONFIG_MODULES=${this.decide.pick(["y", "n"])}`);
    this.types.forEach((type, index) => {
      if (!this.decide.chance(60)) return;
      const name = `CONFIG_S${index}`;
      if (type === "bool" || type === "tristate") {
        const value = this.decide.pick(["y", "m", "n"]);
        lines.push(value === "n" ? `# ${name} is not set` : `${name}=${value}`);
      } else if (type === "string") lines.push(`${name}="${this.decide.pick(TEXTS)}"`);
      else lines.push(`${name}=${this.number(type)}`);
    });
    return lines.map((line) => `${line}\n`).join("");
  }
}
