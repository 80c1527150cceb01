// Completes a tree after parsing: passes dependencies down to every property, collects who
// selects what, moves entries below the symbol they depend on, and gives choices their values.
import type { Problem } from "../problems.ts";
import { and, compare, Expression, mentions, Op, ofSymbol, or } from "./expression.ts";
import {
  append,
  type KSymbol,
  type MenuNode,
  type Property,
  PropertyKind,
  ValueType,
} from "./model.ts";
import type { ParsedTree } from "./parser.ts";
import { Simplifier } from "./simplify.ts";
import type { SymbolTable } from "./symbol-table.ts";

const NO_CHILDREN: readonly MenuNode[] = [];

class Finalizer {
  private readonly symbols: SymbolTable;
  private readonly simplifier: Simplifier;
  private readonly modules: Expression;
  private readonly module: Expression;
  private readonly warnings: Problem[];

  constructor(tree: ParsedTree) {
    this.symbols = tree.symbols;
    this.simplifier = new Simplifier(tree.symbols);
    this.modules = ofSymbol(tree.modules ?? tree.symbols.no);
    this.module = ofSymbol(tree.symbols.module);
    this.warnings = tree.warnings;
  }

  /** Completes a node; `siblings` from `next` on are what follows it. Returns how many it took. */
  finalize(node: MenuNode, siblings: readonly MenuNode[], next: number): number {
    let taken = 0;
    if (node.children.length > 0) {
      this.inherit(node);
      node.children = this.finalizeAll(node.children);
    } else if (node.symbol !== null) {
      taken = this.takeDependents(node, node.symbol, siblings, next);
      node.symbol.directDependency = or(node.symbol.directDependency, node.dependency);
    }
    this.settleChildren(node);
    this.completeChoice(node);
    return taken;
  }

  private finalizeAll(nodes: readonly MenuNode[]): MenuNode[] {
    const kept: MenuNode[] = [];
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] as MenuNode;
      kept.push(node);
      i += this.finalize(node, nodes, i + 1);
    }
    return kept;
  }

  private inherit(node: MenuNode): void {
    let parentDependency = node.dependency;
    if (node.symbol?.isChoice) {
      this.settleTypes(node, node.symbol);
      // The choice's own mode is an upper bound for its values.
      parentDependency = ofSymbol(node.symbol);
    }
    for (const child of node.children) {
      child.dependency = this.combine(parentDependency, child.dependency);
      for (const property of child.properties) {
        property.condition = this.combine(child.dependency, property.condition);
        this.recordSelection(child, property);
      }
    }
  }

  private recordSelection(node: MenuNode, property: Property): void {
    const { target } = property;
    if (target === null || node.symbol === null) return;
    if (property.kind !== PropertyKind.Select && property.kind !== PropertyKind.Imply) return;
    const term = and(ofSymbol(node.symbol), property.condition);
    const selection = { selector: node.symbol, property };
    if (property.kind === PropertyKind.Select) {
      target.reverseDependency = or(target.reverseDependency, term);
      target.selectedBy = append(target.selectedBy, selection);
    } else {
      target.impliedDependency = or(target.impliedDependency, term);
      target.impliedBy = append(target.impliedBy, selection);
    }
  }

  /** `inherited && own`, simplified. */
  private combine(inherited: Expression | null, own: Expression | null): Expression | null {
    if (own === null)
      return inherited === null ? null : this.simplifier.withoutDuplicates(inherited);
    const condition = this.simplifier.transform(this.limitModules(own));
    return this.simplifier.withoutDuplicates(and(inherited, condition));
  }

  /** A literal `m` in a condition means nothing when modules are off. */
  private limitModules(expression: Expression): Expression {
    switch (expression.op) {
      case Op.Symbol:
        return expression.symbol === this.symbols.module
          ? and(expression, this.modules)
          : expression;
      case Op.Not:
      case Op.And:
      case Op.Or: {
        const left = this.limitModules(expression.left as Expression);
        const right = expression.right === null ? null : this.limitModules(expression.right);
        return left === expression.left && right === expression.right
          ? expression
          : new Expression(expression.op, left, right, null, null);
      }
      default:
        return expression;
    }
  }

  /** A choice has the type of its first typed value; values without a type have the choice's. */
  private settleTypes(node: MenuNode, choice: KSymbol): void {
    if (choice.type === ValueType.Unknown) {
      const typed = node.children.find((child) => child.symbol && child.symbol.type !== 0);
      if (typed?.symbol) choice.type = typed.symbol.type;
    }
    for (const { symbol } of node.children) {
      if (symbol?.type === ValueType.Unknown) symbol.type = choice.type;
    }
  }

  /**
   * Entries that directly follow a symbol and depend on it become its children, as menuconfig
   * shows them. In a choice this decides which symbols are values and which hang below one.
   */
  private takeDependents(
    node: MenuNode,
    symbol: KSymbol,
    siblings: readonly MenuNode[],
    next: number,
  ): number {
    let base: Expression | null | undefined;
    let at = next;
    while (at < siblings.length) {
      const sibling = siblings[at] as MenuNode;
      const dependency = sibling.prompt === null ? sibling.dependency : sibling.prompt.condition;
      if (!mentions(dependency, symbol)) break;
      if (!this.requires(dependency, symbol)) {
        base ??= this.prepared(node.prompt?.condition ?? null);
        if (!this.isCovered(dependency, base)) break;
      }
      at += 1 + this.finalize(sibling, siblings, at + 1);
      sibling.parent = node;
      node.children = append(node.children, sibling);
    }
    return at - next;
  }

  private prepared(expression: Expression | null): Expression | null {
    const { simplifier } = this;
    return simplifier.withoutDuplicates(simplifier.transform(simplifier.unequalNo(expression)));
  }

  /** Whether everything that `base` asks for is asked for by the dependency too. */
  private isCovered(dependency: Expression | null, base: Expression | null): boolean {
    const own = this.prepared(dependency);
    if (own === null || base === null) return base === null;
    return this.simplifier.isYes(this.simplifier.withoutCommon(own, base)[1]);
  }

  private requires(dependency: Expression | null, symbol: KSymbol): boolean {
    if (dependency === null) return false;
    const { op, other } = dependency;
    if (op === Op.And) {
      return this.requires(dependency.left, symbol) || this.requires(dependency.right, symbol);
    }
    if (dependency.symbol !== symbol) return false;
    if (op === Op.Symbol) return true;
    if (op === Op.Equal) return other === this.symbols.yes || other === this.symbols.module;
    return op === Op.Unequal && other === this.symbols.no;
  }

  /** Dissolves `if` blocks and submenus of symbols without a prompt into their surroundings. */
  private settleChildren(node: MenuNode): void {
    if (node.children.length === 0) return;
    const kept: MenuNode[] = [];
    const settle = (child: MenuNode): void => {
      child.parent = node;
      if (node.symbol?.isChoice && child.symbol !== null && child.symbol.choice === null) {
        this.addToChoice(node.symbol, child, child.symbol);
      }
      if (child.prompt !== null) {
        kept.push(child);
        return;
      }
      const grandchildren = child.children;
      child.children = NO_CHILDREN;
      if (child.symbol !== null) kept.push(child);
      for (const grandchild of grandchildren) settle(grandchild);
    };
    for (const child of node.children) settle(child);
    node.children = kept;
  }

  private addToChoice(choice: KSymbol, node: MenuNode, symbol: KSymbol): void {
    symbol.choice = choice;
    choice.members = append(choice.members, symbol);
    if (node.prompt === null) this.warn("a choice's value must have a prompt", node.location);
    for (const property of symbol.defaults) {
      this.warn("defaults for a choice's values are not supported", property.location);
    }
    for (const property of symbol.prompts) {
      if (property.node !== node && property.node.parent?.symbol !== choice) {
        this.warn("value of a choice used outside its choice", property.location);
      }
    }
    if (choice.type === ValueType.Tristate && symbol.type !== ValueType.Tristate) {
      // A bool cannot be "one of several modules": it is there only when exactly one is chosen.
      const isExclusive = compare(Op.Equal, choice, this.symbols.yes);
      node.dependency = and(isExclusive, node.dependency);
      for (const property of node.properties) {
        property.condition = and(isExclusive, property.condition);
      }
    }
  }

  /** A choice that is not optional cannot be n while it is visible: as if selected by its prompt. */
  private completeChoice(node: MenuNode): void {
    const choice = node.symbol;
    if (!choice?.isChoice || choice.isOptional || node.prompt === null) return;
    choice.reverseDependency = or(
      choice.reverseDependency,
      and(node.prompt.condition, this.module),
    );
  }

  private warn(message: string, location: MenuNode["location"]): void {
    this.warnings.push({ path: "", message, location });
  }
}

/** Completes a whole tree. */
export function finalizeTree(tree: ParsedTree): void {
  new Finalizer(tree).finalize(tree.root, [], 0);
}
