// The host of a URL: names, IPv4 in all its notations, IPv6.
import { decodePercent, encodePercent, percentSets } from "./percent.ts";
import { TextDecoder } from "./text.ts";

const forbidden = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const forbiddenInName = /[\0-\x20"#%/:<>?@[\\\]^`{|}\x7f]/;

/** The host as URLs write it; undefined when it is none. */
export function parseHost(text: string, isSpecial: boolean): string | undefined {
  if (text.startsWith("[")) {
    if (!text.endsWith("]")) return undefined;
    const pieces = parseIpv6(text.slice(1, -1));
    return pieces && `[${formatIpv6(pieces)}]`;
  }
  if (!isSpecial)
    return forbidden.test(text) ? undefined : encodePercent(text, percentSets.control);
  const name = new TextDecoder().decode(decodePercent(text)).toLowerCase();
  // Names beyond ASCII would need Unicode's tables for IDNA.
  if (name === "" || forbiddenInName.test(name) || !/^[\0-\x7f]*$/.test(name)) return undefined;
  return endsInNumber(name) ? parseIpv4(name) : name;
}

function endsInNumber(name: string): boolean {
  const parts = name.split(".");
  if (parts.at(-1) === "" && parts.length > 1) parts.pop();
  const last = parts.at(-1) as string;
  return /^\d+$/.test(last) || /^0x[\da-f]*$/.test(last);
}

function parseIpv4(name: string): string | undefined {
  const parts = name.split(".");
  if (parts.at(-1) === "" && parts.length > 1) parts.pop();
  if (parts.length > 4) return undefined;
  const numbers = parts.map(parseNumber);
  const last = numbers.pop() as number;
  if (numbers.some((number) => !(number <= 255)) || !(last < 256 ** (4 - numbers.length))) {
    return undefined;
  }
  const address = numbers.reduce((sum, number, at) => sum + number * 256 ** (3 - at), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** Decimal, octal or hexadecimal; NaN for anything else. */
function parseNumber(text: string): number {
  if (/^0x[\da-f]*$/.test(text)) return text === "0x" ? 0 : Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [front, back] = halves.map((half) => (half === "" ? [] : groups(half.split(":"))));
  if (!front || (halves.length === 2 && !back)) return undefined;
  if (halves.length === 1) return front.length === 8 ? front : undefined;
  const missing = 8 - front.length - (back as number[]).length;
  if (missing < 1) return undefined;
  return [...front, ...new Array<number>(missing).fill(0), ...(back as number[])];
}

/** The last one may be an IPv4 address, which makes two. */
function groups(parts: readonly string[]): number[] | undefined {
  const numbers: number[] = [];
  for (const [at, part] of parts.entries()) {
    if (at === parts.length - 1 && part.includes(".")) {
      const bytes = part.split(".");
      const isFine = bytes.length === 4 && bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte));
      const [a, b, c, d] = bytes.map(Number) as [number, number, number, number];
      if (!isFine || Math.max(a, b, c, d) > 255) return undefined;
      numbers.push(a * 256 + b, c * 256 + d);
    } else if (/^[\da-f]{1,4}$/i.test(part)) {
      numbers.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return numbers;
}

/** The longest run of zeros, of two at least, is "::". */
function formatIpv6(pieces: readonly number[]): string {
  let start = 0;
  let length = 1;
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && pieces[end] === 0) end++;
    if (end - at > length) {
      start = at;
      length = end - at;
    }
  }
  const text = (some: readonly number[]) => some.map((piece) => piece.toString(16)).join(":");
  if (length < 2) return text(pieces);
  return `${text(pieces.slice(0, start))}::${text(pieces.slice(start + length))}`;
}
