// Values of a tree's symbols under what a user has set. The tree itself is never changed, so
// many evaluations may share it. Values are computed on demand and kept until something is set.
import { type Expression, Op } from "./expression.ts";
import type { KconfigModel } from "./load.ts";
import {
  type KSymbol,
  type MenuNode,
  MODULE,
  NO,
  type Property,
  PropertyKind,
  type Tristate,
  ValueType,
  YES,
} from "./model.ts";
import { compareOperands, type Operand, readNumber } from "./numbers.ts";

/** n, m and y come first in every table, and are always valid. */
const BUILT_IN_SYMBOLS = 3;

const TRISTATE_TEXT = ["n", "m", "y"] as const;
export const tristateText = (value: Tristate): "n" | "m" | "y" => TRISTATE_TEXT[value];

export const minimum = (a: Tristate, b: Tristate): Tristate => (a < b ? a : b);
const maximum = (a: Tristate, b: Tristate): Tristate => (a > b ? a : b);

/** What is known of one symbol in one evaluation. */
class SymbolState {
  isValid = false;
  /** Whether a .config file mentions it. */
  isWritten = false;
  value: Tristate = NO;
  /** The value of strings and numbers; of others the letter they would give a string. */
  text = "";
  /** Upper bound of what the user may set; n when no prompt can be seen. */
  visibility: Tristate = NO;
  direct: Tristate = NO;
  reverse: Tristate = NO;
  implied: Tristate = NO;

  hasUserValue = false;
  userValue: Tristate = NO;
  userText: string | null = null;

  /** Of a choice: the value that is on, and the one the user picked. */
  chosen: KSymbol | null = null;
  userChoice: KSymbol | null = null;
  /** Values without a user's setting are to become n when the choice is next computed. */
  mustSettleChoice = false;
}

export class Evaluation {
  readonly model: KconfigModel;
  /** Symbols that are selected although their own dependencies are off. */
  readonly unmet = new Set<KSymbol>();
  /** Whether something differs from the last file that was read or written. */
  hasChanged = true;
  private readonly states: SymbolState[];
  private modulesValue: Tristate = NO;
  private areModulesComputed = false;

  constructor(model: KconfigModel) {
    this.model = model;
    const { symbols } = model;
    this.states = symbols.all.map(() => new SymbolState());
    for (const value of [NO, MODULE, YES] as const) {
      const state = this.state(symbols.constantOf(value));
      state.isValid = true;
      state.value = value;
      state.text = tristateText(value);
    }
  }

  /** The raw state, which is up to date only after `compute`. */
  state(symbol: KSymbol): SymbolState {
    return this.states[symbol.index] as SymbolState;
  }

  /** Forgets all computed values, not what the user set. */
  invalidate(): void {
    for (let i = BUILT_IN_SYMBOLS; i < this.states.length; i++) {
      (this.states[i] as SymbolState).isValid = false;
    }
    this.unmet.clear();
    this.hasChanged = true;
    this.areModulesComputed = false;
    this.computeModules();
  }

  /** Whether there are modules decides how every other value is computed, so it comes first. */
  computeModules(): void {
    this.areModulesComputed = true;
    if (this.model.modules !== null) this.compute(this.model.modules);
  }

  /** The value of the symbol that says whether there are modules. */
  get modulesState(): Tristate {
    return this.model.modules === null ? NO : this.computed(this.model.modules).value;
  }

  /** As if nobody had set anything; choices count as set, so that no value of theirs is new. */
  forgetUserValues(): void {
    this.areModulesComputed = false;
    for (const symbol of this.model.symbolsInHashOrder) {
      const state = this.state(symbol);
      state.isValid = false;
      state.hasUserValue = symbol.isChoice;
      state.userValue = NO;
      state.userText = null;
      state.userChoice = null;
    }
  }

  computed(symbol: KSymbol): SymbolState {
    const state = this.states[symbol.index] as SymbolState;
    if (!state.isValid) this.compute(symbol);
    return state;
  }

  /** The value as a .config file shows it. */
  text(symbol: KSymbol): string {
    const state = this.computed(symbol);
    return symbol.isBoolean ? tristateText(state.value) : state.text;
  }

  /** The type in effect: a tristate is a bool without modules, and as a choice's only value. */
  effectiveType(symbol: KSymbol): ValueType {
    if (symbol.type !== ValueType.Tristate) return symbol.type;
    if (this.modulesValue === NO) return ValueType.Bool;
    const isExclusive = symbol.choice !== null && this.state(symbol).visibility === YES;
    return isExclusive ? ValueType.Bool : ValueType.Tristate;
  }

  evaluate(expression: Expression | null): Tristate {
    if (expression === null) return YES;
    switch (expression.op) {
      case Op.Symbol: {
        const symbol = expression.symbol as KSymbol;
        const state = this.states[symbol.index] as SymbolState;
        if (!state.isValid) this.compute(symbol);
        return state.value;
      }
      case Op.And:
        return minimum(this.evaluate(expression.left), this.evaluate(expression.right));
      case Op.Or:
        return maximum(this.evaluate(expression.left), this.evaluate(expression.right));
      case Op.Not:
        return (YES - this.evaluate(expression.left)) as Tristate;
      default:
        return this.compare(expression);
    }
  }

  private compare(expression: Expression): Tristate {
    const left = this.operand(expression.symbol as KSymbol);
    const right = this.operand(expression.other as KSymbol);
    const order = compareOperands(left, right);
    switch (expression.op) {
      case Op.Equal:
        return order === 0 ? YES : NO;
      case Op.Unequal:
        return order === 0 ? NO : YES;
      case Op.Less:
        return order < 0 ? YES : NO;
      case Op.LessEqual:
        return order <= 0 ? YES : NO;
      case Op.Greater:
        return order > 0 ? YES : NO;
      default:
        return order >= 0 ? YES : NO;
    }
  }

  private operand(symbol: KSymbol): Operand {
    return { text: this.text(symbol), type: symbol.type };
  }

  compute(symbol: KSymbol): void {
    const state = this.states[symbol.index] as SymbolState;
    if (state.isValid) return;
    if (!this.areModulesComputed) {
      this.computeModules();
      if (state.isValid) return;
    }
    if (symbol.choice !== null && state.mustSettleChoice) {
      state.mustSettleChoice = false;
      this.compute(symbol.choice);
    }
    state.isValid = true;
    if (symbol.type === ValueType.Unknown) {
      state.value = NO;
      state.text = symbol.name ?? "";
      return;
    }
    state.isWritten = false;
    this.computeVisibility(symbol, state);
    if (state.visibility !== NO) state.isWritten = true;
    // What a recursive look at this symbol sees.
    state.value = NO;
    state.chosen = null;
    if (symbol.isBoolean) {
      state.text = "n";
      state.value = this.booleanValue(symbol, state);
    } else {
      state.text = "";
      state.text = this.textValue(symbol, state);
      this.limitToRange(symbol, state);
    }
    if (symbol.isTransitional) state.isWritten = false;
    if (symbol.isChoice) this.computeChoice(symbol, state);
    else if (symbol === this.model.modules) this.modulesValue = state.value;
  }

  private computeVisibility(symbol: KSymbol, state: SymbolState): void {
    // Nobody sees a transitional symbol, but an old file's value of it counts.
    let visibility: Tristate = symbol.isTransitional ? YES : NO;
    for (const prompt of symbol.prompts) {
      visibility = maximum(visibility, this.promptVisibility(symbol, prompt));
    }
    if (visibility === MODULE && (symbol.type !== ValueType.Tristate || this.modulesValue === NO)) {
      visibility = YES;
    }
    state.visibility = visibility;
    if (symbol.choice !== null) return;
    state.direct = this.promoted(symbol, this.evaluate(symbol.directDependency));
    state.reverse = this.optional(symbol, symbol.reverseDependency);
    state.implied = this.optional(symbol, symbol.impliedDependency);
  }

  private promptVisibility(symbol: KSymbol, prompt: Property): Tristate {
    const visibility = this.evaluate(prompt.condition);
    // One value of a tristate choice is y: those that could only be m cannot be seen.
    const isHidden =
      visibility === MODULE &&
      symbol.choice !== null &&
      symbol.type === ValueType.Tristate &&
      this.state(symbol.choice).value === YES;
    return isHidden ? NO : visibility;
  }

  private optional(symbol: KSymbol, expression: Expression | null): Tristate {
    return expression === null ? NO : this.promoted(symbol, this.evaluate(expression));
  }

  /** A bool cannot be m: it becomes y. */
  private promoted(symbol: KSymbol, value: Tristate): Tristate {
    return value === MODULE && this.effectiveType(symbol) === ValueType.Bool ? YES : value;
  }

  private booleanValue(symbol: KSymbol, state: SymbolState): Tristate {
    if (symbol.choice !== null && state.visibility === YES) {
      return this.state(symbol.choice).chosen === symbol ? YES : NO;
    }
    let value: Tristate = NO;
    if (state.visibility !== NO && state.hasUserValue) {
      value = minimum(state.userValue, state.visibility);
    } else {
      if (state.reverse !== NO) state.isWritten = true;
      if (!symbol.isChoice) value = this.defaultValue(symbol, state);
    }
    if (state.direct < state.reverse) this.unmet.add(symbol);
    return this.promoted(symbol, maximum(value, state.reverse));
  }

  private defaultValue(symbol: KSymbol, state: SymbolState): Tristate {
    let value: Tristate = NO;
    const found = this.activeDefault(symbol);
    if (found !== null) {
      value = minimum(this.evaluate(found.property.value), found.condition);
      if (value !== NO) state.isWritten = true;
    }
    if (state.implied !== NO) {
      state.isWritten = true;
      value = minimum(maximum(value, state.implied), state.direct);
    }
    return value;
  }

  /** The first default whose condition holds. */
  activeDefault(symbol: KSymbol): { property: Property; condition: Tristate } | null {
    for (const property of symbol.defaults) {
      const condition = this.evaluate(property.condition);
      if (condition !== NO) return { property, condition };
    }
    return null;
  }

  activeRange(symbol: KSymbol): Property | null {
    return symbol.ranges.find((range) => this.evaluate(range.condition) !== NO) ?? null;
  }

  private textValue(symbol: KSymbol, state: SymbolState): string {
    if (state.visibility !== NO && state.hasUserValue) return state.userText ?? "";
    const source = this.activeDefault(symbol)?.property.value;
    if (source?.op !== Op.Symbol || source.symbol === null) return "";
    state.isWritten = true;
    return this.computed(source.symbol).text;
  }

  private limitToRange(symbol: KSymbol, state: SymbolState): void {
    if (symbol.type === ValueType.String) return;
    const range = this.activeRange(symbol);
    if (range?.target == null || range.upper === null) return;
    const base = symbol.type === ValueType.Hex ? 16 : 10;
    const value = readNumber(state.text, base);
    if (value < this.bound(range.target, base)) state.text = this.state(range.target).text;
    else if (value > this.bound(range.upper, base)) state.text = this.state(range.upper).text;
  }

  /** One end of a range. It is read in its own base when it is a symbol with a number's type. */
  bound(symbol: KSymbol, base: 10 | 16): bigint {
    const { text } = this.computed(symbol);
    if (symbol.type === ValueType.Int) return readNumber(text, 10);
    return readNumber(text, symbol.type === ValueType.Hex ? 16 : base);
  }

  private computeChoice(choice: KSymbol, state: SymbolState): void {
    if (state.value === YES) state.chosen = this.chooseValue(choice, state);
    if (state.isWritten) {
      for (const member of choice.members) {
        const memberState = this.state(member);
        if (memberState.visibility !== NO) memberState.isWritten = true;
      }
    }
    state.isWritten = false;
    if (state.mustSettleChoice) this.settleChoice(choice);
  }

  private chooseValue(choice: KSymbol, state: SymbolState): KSymbol | null {
    let isUserChoice = state.hasUserValue;
    for (const member of choice.members) {
      const memberState = this.state(member);
      this.computeVisibility(member, memberState);
      if (memberState.visibility !== NO && !memberState.hasUserValue) isUserChoice = false;
    }
    state.hasUserValue = isUserChoice;
    const wanted = state.userChoice;
    if (wanted !== null && this.state(wanted).visibility !== NO) return wanted;
    const chosen = this.choiceDefault(choice);
    if (chosen === null) state.value = NO;
    return chosen;
  }

  /** The first visible default of a choice, else its first visible value. */
  choiceDefault(choice: KSymbol): KSymbol | null {
    for (const property of choice.defaults) {
      if (this.evaluate(property.condition) === NO) continue;
      const value = property.value?.symbol ?? null;
      if (value !== null && this.state(value).visibility !== NO) return value;
    }
    return choice.members.find((member) => this.state(member).visibility !== NO) ?? null;
  }

  /** Values that nobody set become n; the choice is computed again when it is next asked for. */
  settleChoice(choice: KSymbol): void {
    for (const member of choice.members) {
      const memberState = this.state(member);
      if (!memberState.hasUserValue) memberState.userValue = NO;
    }
    const state = this.state(choice);
    state.hasUserValue = true;
    state.isValid = false;
    state.mustSettleChoice = false;
  }

  /** Whether a menu, comment or entry can be seen. */
  isNodeVisible(node: MenuNode): boolean {
    const { prompt, symbol } = node;
    if (prompt === null) return false;
    if (node.visibility !== null && this.evaluate(node.visibility) === NO) return false;
    if (symbol === null) return this.evaluate(prompt.condition) !== NO;
    const state = this.computed(symbol);
    if (this.promptVisibility(symbol, prompt) !== NO) return true;
    return state.value !== NO && node.children.some((child) => this.isNodeVisible(child));
  }
}

export const isMenuPrompt = (property: Property | null): boolean =>
  property?.kind === PropertyKind.Menu;
