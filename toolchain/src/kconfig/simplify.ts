// Rewrites expressions into shorter ones of the same value. Conditions are read by people in
// messages, and finalize.ts decides with these rules which entries belong below which others.
import { and, compare, Expression, isComparison, not, Op, ofSymbol, or } from "./expression.ts";
import { type KSymbol, ValueType } from "./model.ts";

interface Constants {
  readonly no: KSymbol;
  readonly module: KSymbol;
  readonly yes: KSymbol;
}

const NEGATED = new Map<Op, Op>([
  [Op.Equal, Op.Unequal],
  [Op.Unequal, Op.Equal],
  [Op.Less, Op.GreaterEqual],
  [Op.GreaterEqual, Op.Less],
  [Op.LessEqual, Op.Greater],
  [Op.Greater, Op.LessEqual],
]);

const isJunction = (expression: Expression): boolean =>
  expression.op === Op.And || expression.op === Op.Or;

export class Simplifier {
  private readonly constants: Constants;
  private readonly noExpression: Expression;
  private readonly yesExpression: Expression;

  constructor(constants: Constants) {
    this.constants = constants;
    this.noExpression = ofSymbol(constants.no);
    this.yesExpression = ofSymbol(constants.yes);
  }

  isYes(expression: Expression | null): boolean {
    return expression === null || this.isSymbol(expression, this.constants.yes);
  }

  /** Comparisons of bools with constants become plain symbols; "not" moves to the leaves. */
  transform(expression: Expression | null): Expression | null {
    return expression === null ? null : this.transformed(expression);
  }

  private transformed(expression: Expression): Expression {
    switch (expression.op) {
      case Op.Symbol:
        return expression;
      case Op.And:
      case Op.Or: {
        const left = this.transformed(expression.left as Expression);
        const right = this.transformed(expression.right as Expression);
        return left === expression.left && right === expression.right
          ? expression
          : new Expression(expression.op, left, right, null, null);
      }
      case Op.Not:
        return this.negate(this.transformed(expression.left as Expression));
      default:
        return this.boolComparison(expression);
    }
  }

  private boolComparison(expression: Expression): Expression {
    const symbol = expression.symbol as KSymbol;
    if (symbol.type !== ValueType.Bool) return expression;
    if (expression.op !== Op.Equal && expression.op !== Op.Unequal) return expression;
    const isEqual = expression.op === Op.Equal;
    if (expression.other === this.constants.module) {
      return isEqual ? this.noExpression : this.yesExpression;
    }
    if (expression.other === this.constants.yes) {
      return isEqual ? ofSymbol(symbol) : not(ofSymbol(symbol));
    }
    if (expression.other === this.constants.no) {
      return isEqual ? not(ofSymbol(symbol)) : ofSymbol(symbol);
    }
    return expression;
  }

  private negate(operand: Expression): Expression {
    switch (operand.op) {
      case Op.Not:
        return operand.left as Expression;
      case Op.And:
      case Op.Or:
        return new Expression(
          operand.op === Op.And ? Op.Or : Op.And,
          this.negate(operand.left as Expression),
          this.negate(operand.right as Expression),
          null,
          null,
        );
      case Op.Symbol:
        if (operand.symbol === this.constants.yes) return this.noExpression;
        if (operand.symbol === this.constants.no) return this.yesExpression;
        return operand.symbol === this.constants.module ? operand : not(operand);
      default:
        return compare(
          NEGATED.get(operand.op) as Op,
          operand.symbol as KSymbol,
          operand.other as KSymbol,
        );
    }
  }

  /** "X != n" for a whole expression, with the comparison at the leaves. */
  unequalNo(expression: Expression | null): Expression {
    return this.comparedWithNo(expression, Op.Unequal);
  }

  private comparedWithNo(expression: Expression | null, op: Op): Expression {
    const isUnequal = op === Op.Unequal;
    if (expression === null) return isUnequal ? not(this.noExpression) : this.noExpression;
    switch (expression.op) {
      case Op.And:
      case Op.Or: {
        const left = this.comparedWithNo(expression.left, Op.Equal);
        const right = this.comparedWithNo(expression.right, Op.Equal);
        const flipped = expression.op === Op.And ? Op.Or : Op.And;
        const result = new Expression(flipped, left, right, null, null);
        return isUnequal ? not(result) : result;
      }
      case Op.Not:
        return this.comparedWithNo(expression.left, isUnequal ? Op.Equal : Op.Unequal);
      case Op.Symbol:
        return compare(op, expression.symbol as KSymbol, this.constants.no);
      default:
        return isUnequal ? expression : not(expression);
    }
  }

  /** Joins operands that say the same or that one simpler operand can stand for. */
  withoutDuplicates(expression: Expression | null): Expression | null {
    let result = expression;
    while (result !== null && isJunction(result)) {
      const [next, hasChanged] = this.joinOperands(result);
      if (!hasChanged) break;
      result = this.withoutConstants(next);
    }
    return result;
  }

  private joinOperands(expression: Expression): [Expression, boolean] {
    const op = expression.op;
    const operands = operandsOf(expression, op);
    const neutral = op === Op.Or ? this.noExpression : this.yesExpression;
    let hasChanged = false;
    for (let i = 0; i < operands.length; i++) {
      const operand = operands[i] as Expression;
      if (isJunction(operand)) {
        const [inner, hasInnerChanged] = this.joinOperands(operand);
        if (hasInnerChanged) {
          operands[i] = inner;
          hasChanged = true;
        }
      }
      for (let j = 0; j < operands.length; j++) {
        if (i === j) continue;
        const joined = this.join(op, operands[i] as Expression, operands[j] as Expression);
        if (joined === null) continue;
        operands[i] = neutral;
        operands[j] = joined;
        hasChanged = true;
      }
    }
    return hasChanged ? [chain(op, operands), true] : [expression, false];
  }

  /** One expression for two operands of the same junction, or null. */
  private join(op: Op, a: Expression, b: Expression): Expression | null {
    if (this.areEqual(a, b)) return a;
    const symbol = subjectOf(a);
    if (symbol === null || symbol !== subjectOf(b)) return null;
    if (symbol.type !== ValueType.Bool && symbol.type !== ValueType.Tristate) return null;
    return op === Op.Or ? this.joinOr(symbol, a, b) : this.joinAnd(symbol, a, b);
  }

  private joinOr(symbol: KSymbol, a: Expression, b: Expression): Expression | null {
    if (symbol.type === ValueType.Tristate && a.op === Op.Equal && b.op === Op.Equal) {
      const third = this.thirdConstant(a.other, b.other);
      if (third !== null) return compare(Op.Unequal, symbol, third);
    }
    if (symbol.type === ValueType.Bool) {
      const isPair = (x: Expression, y: Expression) =>
        x.op === Op.Not && (x.left as Expression).op === Op.Symbol && y.op === Op.Symbol;
      if (isPair(a, b) || isPair(b, a)) return this.yesExpression;
    }
    return null;
  }

  private joinAnd(symbol: KSymbol, a: Expression, b: Expression): Expression | null {
    const { no, module, yes } = this.constants;
    const plain = a.op === Op.Symbol ? b : b.op === Op.Symbol ? a : null;
    if (plain !== null) {
      if (plain.op === Op.Equal && plain.other === yes) return compare(Op.Equal, symbol, yes);
      if (plain.op === Op.Unequal && plain.other === no) return ofSymbol(symbol);
      if (plain.op === Op.Unequal && plain.other === module) return compare(Op.Equal, symbol, yes);
      return null;
    }
    if (symbol.type !== ValueType.Tristate) return null;
    if (a.op === Op.Unequal && b.op === Op.Unequal) {
      const third = this.thirdConstant(a.other, b.other);
      return third === null ? null : compare(Op.Equal, symbol, third);
    }
    const equal = a.op === Op.Equal ? a : b.op === Op.Equal ? b : null;
    const unequal = a.op === Op.Unequal ? a : b.op === Op.Unequal ? b : null;
    if (equal === null || unequal === null) return null;
    if (!equal.other?.isConstant || !unequal.other?.isConstant) return null;
    return equal.other === unequal.other ? this.noExpression : equal;
  }

  /** The one of n, m, y that is neither of two different ones. */
  private thirdConstant(a: KSymbol | null, b: KSymbol | null): KSymbol | null {
    const { no, module, yes } = this.constants;
    const all = [no, module, yes];
    if (a === b || a === null || b === null || !all.includes(a) || !all.includes(b)) return null;
    return all.find((constant) => constant !== a && constant !== b) ?? null;
  }

  /** Removes constants: `A && y` is A, `A || y` is y. */
  withoutConstants(expression: Expression): Expression {
    if (!isJunction(expression)) return expression;
    const left = this.withoutConstants(expression.left as Expression);
    const right = this.withoutConstants(expression.right as Expression);
    const isAnd = expression.op === Op.And;
    const dominant = isAnd ? this.constants.no : this.constants.yes;
    const neutral = isAnd ? this.constants.yes : this.constants.no;
    if (this.isSymbol(left, dominant)) return left;
    if (this.isSymbol(left, neutral)) return right;
    if (this.isSymbol(right, dominant)) return right;
    if (this.isSymbol(right, neutral)) return left;
    return left === expression.left && right === expression.right
      ? expression
      : new Expression(expression.op, left, right, null, null);
  }

  /** Equal apart from the order of operands. */
  areEqual(a: Expression | null, b: Expression | null): boolean {
    if (a === b) return true;
    if (a === null || b === null) return this.isYes(a) && this.isYes(b);
    if (a.op !== b.op) return false;
    if (a.op === Op.Not) return this.areEqual(a.left, b.left);
    if (!isJunction(a)) return a.symbol === b.symbol && a.other === b.other;
    const [restA, restB] = this.withoutCommon(a, b);
    return restA.op === Op.Symbol && restB.op === Op.Symbol && restA.symbol === restB.symbol;
  }

  /** Removes the operands that two junctions have in common from both. */
  withoutCommon(first: Expression, second: Expression): [Expression, Expression] {
    let a = first;
    let b = second;
    if (isJunction(a)) [a, b] = this.cancel(a.op, a, b);
    if (a.op !== b.op && isJunction(b)) [a, b] = this.cancel(b.op, a, b);
    return [this.withoutConstants(a), this.withoutConstants(b)];
  }

  private cancel(op: Op, a: Expression, b: Expression): [Expression, Expression] {
    const operandsA = operandsOf(a, op);
    const operandsB = operandsOf(b, op);
    const neutral = op === Op.Or ? this.noExpression : this.yesExpression;
    let hasChanged = false;
    for (let i = 0; i < operandsA.length; i++) {
      for (let j = 0; j < operandsB.length; j++) {
        const left = operandsA[i] as Expression;
        const right = operandsB[j] as Expression;
        if (this.isConstantPair(left, right) || !this.areEqual(left, right)) continue;
        operandsA[i] = neutral;
        operandsB[j] = neutral;
        hasChanged = true;
      }
    }
    return hasChanged ? [chain(op, operandsA), chain(op, operandsB)] : [a, b];
  }

  private isConstantPair(a: Expression, b: Expression): boolean {
    if (a.op !== Op.Symbol || b.op !== Op.Symbol || a.symbol !== b.symbol) return false;
    return a.symbol === this.constants.yes || a.symbol === this.constants.no;
  }

  private isSymbol(expression: Expression, symbol: KSymbol): boolean {
    return expression.op === Op.Symbol && expression.symbol === symbol;
  }
}

/** Operands of a junction through all levels of the same kind; anything else is one operand. */
export function operandsOf(expression: Expression, op: Op): Expression[] {
  const operands: Expression[] = [];
  collect(expression, op, operands);
  return operands;
}

function collect(expression: Expression, op: Op, operands: Expression[]): void {
  if (expression.op !== op) {
    operands.push(expression);
    return;
  }
  collect(expression.left as Expression, op, operands);
  collect(expression.right as Expression, op, operands);
}

function chain(op: Op, operands: readonly Expression[]): Expression {
  return operands.reduce((left, right) =>
    op === Op.And ? and(left, right) : (or(left, right) as Expression),
  );
}

/** The symbol that a leaf is about: FOO of `FOO`, `!FOO` and `FOO=y`. */
function subjectOf(expression: Expression): KSymbol | null {
  if (expression.op === Op.Not) {
    const operand = expression.left as Expression;
    return operand.op === Op.Symbol ? operand.symbol : null;
  }
  if (isComparison(expression) && expression.op !== Op.Equal && expression.op !== Op.Unequal) {
    return null;
  }
  return isJunction(expression) ? null : expression.symbol;
}
