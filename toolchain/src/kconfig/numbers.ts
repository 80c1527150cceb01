// Numbers as C reads them: the evaluation compares and limits values the way strtoll does.
import { ValueType } from "./model.ts";

const MIN_SIGNED = -(2n ** 63n);
const MAX_SIGNED = 2n ** 63n - 1n;
const MAX_UNSIGNED = 2n ** 64n - 1n;

const LITERAL = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|[0-9a-zA-Z]*)/;

interface Scan {
  readonly value: bigint;
  /** Whether the whole text was a number. */
  readonly isWhole: boolean;
  readonly isNegative: boolean;
}

const SMALL_DECIMAL = /^-?[1-9][0-9]{0,14}$/;

function scan(text: string, base: 0 | 10 | 16): Scan {
  const match = LITERAL.exec(text);
  const isNegative = match?.[1] === "-";
  let digits = match?.[2] ?? "";
  let radix: number = base;
  const hasPrefix = /^0[xX][0-9a-fA-F]/.test(digits);
  if (hasPrefix && base !== 10) {
    digits = digits.slice(2);
    radix = 16;
  } else if (base === 0) {
    radix = digits.startsWith("0") ? 8 : 10;
  }
  const valid = radix === 16 ? /^[0-9a-fA-F]*/ : radix === 8 ? /^[0-7]*/ : /^[0-9]*/;
  const used = valid.exec(digits)?.[0] ?? "";
  if (used === "") return { value: 0n, isWhole: false, isNegative };
  const magnitude = BigInt(radix === 16 ? `0x${used}` : radix === 8 ? `0o${used}` : used);
  const end = (match?.[0].length ?? 0) - (digits.length - used.length);
  return { value: isNegative ? -magnitude : magnitude, isWhole: end === text.length, isNegative };
}

/** Like strtoll: reads as far as there are digits, and stops at the limits of 64 bits. */
export function readNumber(text: string, base: 10 | 16): bigint {
  const { value } = scan(text, base);
  return value < MIN_SIGNED ? MIN_SIGNED : value > MAX_SIGNED ? MAX_SIGNED : value;
}

export interface Operand {
  readonly text: string;
  readonly type: ValueType;
}

const TRISTATE_RANK: Readonly<Record<string, bigint>> = { n: 0n, m: 1n, y: 2n };

/** The operand as a number for a comparison, or null when it is one of text. */
function asNumber({ text, type }: Operand): { value: bigint; isUnsigned: boolean } | null {
  if (type === ValueType.Bool || type === ValueType.Tristate) {
    return { value: TRISTATE_RANK[text] ?? -1n, isUnsigned: false };
  }
  if (type !== ValueType.Hex && SMALL_DECIMAL.test(text)) {
    return { value: BigInt(text), isUnsigned: false };
  }
  const base = type === ValueType.Int ? 10 : type === ValueType.Hex ? 16 : 0;
  const { value, isWhole } = scan(text, base);
  if (!isWhole) return null;
  if (base === 16) {
    if (value > MAX_UNSIGNED || value < -MAX_UNSIGNED) return null;
    return { value: BigInt.asUintN(64, value), isUnsigned: true };
  }
  return value < MIN_SIGNED || value > MAX_SIGNED ? null : { value, isUnsigned: false };
}

/** Negative, zero or positive, as the operands' types ask for: numbers where both are. */
export function compareOperands(left: Operand, right: Operand): number {
  const isText = left.type === ValueType.String && right.type === ValueType.String;
  if (!isText) {
    const a = asNumber(left);
    const b = asNumber(right);
    if (a !== null && b !== null) {
      const isUnsigned = a.isUnsigned || b.isUnsigned;
      const x = isUnsigned ? BigInt.asUintN(64, a.value) : a.value;
      const y = isUnsigned ? BigInt.asUintN(64, b.value) : b.value;
      return x < y ? -1 : x > y ? 1 : 0;
    }
  }
  if (left.text === right.text) return 0;
  return Buffer.compare(Buffer.from(left.text), Buffer.from(right.text));
}

/** Whether a text is a value of a type, as it may stand in a .config file. */
export function isValidText(type: ValueType, text: string): boolean {
  switch (type) {
    case ValueType.String:
      return true;
    case ValueType.Int:
      return /^-?(0|[1-9][0-9]*)$/.test(text);
    case ValueType.Hex:
      return /^(0[xX])?[0-9a-fA-F]+$/.test(text);
    case ValueType.Bool:
    case ValueType.Tristate:
      return /^[yYmMnN]/.test(text);
    default:
      return false;
  }
}
