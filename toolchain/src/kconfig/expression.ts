// Expressions of `depends on` and `if`: immutable trees over symbols. A null expression is "y".
import type { KSymbol } from "./model.ts";

export const Op = {
  Symbol: 0,
  Not: 1,
  And: 2,
  Or: 3,
  Equal: 4,
  Unequal: 5,
  Less: 6,
  LessEqual: 7,
  Greater: 8,
  GreaterEqual: 9,
} as const;
export type Op = (typeof Op)[keyof typeof Op];

const COMPARISON_SIGNS = ["", "", "", "", "=", "!=", "<", "<=", ">", ">="] as const;

/** One shape for every node: not and/or use left and right, the others symbol and other. */
export class Expression {
  readonly op: Op;
  readonly left: Expression | null;
  readonly right: Expression | null;
  readonly symbol: KSymbol | null;
  readonly other: KSymbol | null;

  constructor(
    op: Op,
    left: Expression | null,
    right: Expression | null,
    symbol: KSymbol | null,
    other: KSymbol | null,
  ) {
    this.op = op;
    this.left = left;
    this.right = right;
    this.symbol = symbol;
    this.other = other;
  }
}

export const ofSymbol = (symbol: KSymbol): Expression =>
  new Expression(Op.Symbol, null, null, symbol, null);

export const not = (operand: Expression): Expression =>
  new Expression(Op.Not, operand, null, null, null);

export const compare = (op: Op, symbol: KSymbol, other: KSymbol): Expression =>
  new Expression(op, null, null, symbol, other);

export function and(left: Expression, right: Expression): Expression;
export function and(left: Expression | null, right: Expression | null): Expression | null;
export function and(left: Expression | null, right: Expression | null): Expression | null {
  if (left === null) return right;
  return right === null ? left : new Expression(Op.And, left, right, null, null);
}

/** Unlike in `and`, null is an operand that is absent, not "y": it starts a chain. */
export function or(left: Expression | null, right: Expression | null): Expression | null {
  if (left === null) return right;
  return right === null ? left : new Expression(Op.Or, left, right, null, null);
}

export const isComparison = (expression: Expression): boolean => expression.op >= Op.Equal;

export function mentions(expression: Expression | null, symbol: KSymbol): boolean {
  if (expression === null) return false;
  switch (expression.op) {
    case Op.And:
    case Op.Or:
      return mentions(expression.left, symbol) || mentions(expression.right, symbol);
    case Op.Not:
      return mentions(expression.left, symbol);
    default:
      return expression.symbol === symbol || expression.other === symbol;
  }
}

const describeSymbol = (symbol: KSymbol | null): string => symbol?.displayName ?? "";

/** As it would be written in a Kconfig file, with no more parentheses than needed. */
export function format(
  expression: Expression | null,
  name: (symbol: KSymbol | null) => string = describeSymbol,
  surrounding: Op = Op.Or,
): string {
  if (expression === null) return "y";
  switch (expression.op) {
    case Op.Symbol:
      return name(expression.symbol);
    case Op.Not:
      return `!${format(expression.left, name, Op.Not)}`;
    case Op.And: {
      const text = `${format(expression.left, name, Op.And)} && ${format(expression.right, name, Op.And)}`;
      return surrounding === Op.Not ? `(${text})` : text;
    }
    case Op.Or: {
      const text = `${format(expression.left, name, Op.Or)} || ${format(expression.right, name, Op.Or)}`;
      return surrounding === Op.Or ? text : `(${text})`;
    }
    default: {
      const text = `${name(expression.symbol)}${COMPARISON_SIGNS[expression.op]}${name(expression.other)}`;
      return surrounding === Op.Not ? `(${text})` : text;
    }
  }
}
