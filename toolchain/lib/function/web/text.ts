// TextEncoder and TextDecoder: UTF-8, and ISO-8859-1 and UTF-16LE to read.
import { native } from "./native.ts";

export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(text = ""): Uint8Array<ArrayBuffer> {
    return new Uint8Array(native.encode(wellFormed(String(text))));
  }

  encodeInto(text: string, destination: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const character of String(text)) {
      const bytes = this.encode(character);
      if (written + bytes.length > destination.length) break;
      destination.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

/** Half of a surrogate pair becomes U+FFFD. */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

const labels: Readonly<Record<string, string>> = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  "unicode-1-1-utf-8": "utf-8",
  "iso-8859-1": "windows-1252",
  latin1: "windows-1252",
  ascii: "windows-1252",
  "us-ascii": "windows-1252",
  "windows-1252": "windows-1252",
  "utf-16le": "utf-16le",
  "utf-16": "utf-16le",
};

export interface TextDecoderOptions {
  readonly fatal?: boolean;
  readonly ignoreBOM?: boolean;
}

export class TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  /** Bytes of a character that has not ended, in a stream. */
  #rest: Uint8Array = new Uint8Array();
  #hasBegun = false;

  constructor(label = "utf-8", options: TextDecoderOptions = {}) {
    const encoding = labels[String(label).trim().toLowerCase()];
    if (encoding === undefined) throw new RangeError(`TextDecoder: no encoding "${label}" here`);
    this.encoding = encoding;
    this.fatal = Boolean(options.fatal);
    this.ignoreBOM = Boolean(options.ignoreBOM);
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: boolean } = {}): string {
    const given = input === undefined ? new Uint8Array() : bytesOf(input);
    const isStream = Boolean(options.stream);
    if (this.#rest.length === 0 && !isStream && this.encoding === "utf-8") {
      const ascii = native.decodeAscii(given);
      if (ascii !== undefined) {
        this.#hasBegun = false;
        return ascii;
      }
    }
    const bytes = this.#rest.length === 0 ? given : joined([this.#rest, given]);
    const { text, used } =
      this.encoding === "utf-8"
        ? decodeUtf8(bytes, this.fatal, isStream)
        : decodeUnits(bytes, this.encoding === "utf-16le", this.fatal, isStream);
    this.#rest = isStream ? bytes.slice(used) : new Uint8Array();
    const isFirst = !this.#hasBegun && text !== "";
    this.#hasBegun = isStream && (this.#hasBegun || text !== "");
    return isFirst && !this.ignoreBOM && text.startsWith("\ufeff") ? text.slice(1) : text;
  }
}

/** The bytes of a buffer or a view, not copied. */
export function bytesOf(source: unknown): Uint8Array {
  if (source instanceof Uint8Array) return source;
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  }
  if (source instanceof ArrayBuffer || source instanceof SharedArrayBuffer) {
    return new Uint8Array(source);
  }
  throw new TypeError("expected an ArrayBuffer or a view of one");
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

interface Decoded {
  readonly text: string;
  readonly used: number;
}

/** Code units gathered and turned into strings a few thousand at a time. */
class Units {
  #units: number[] = [];
  #text = "";

  add(unit: number): void {
    this.#units.push(unit);
    if (this.#units.length >= 4096) this.#flush();
  }

  addPoint(point: number): void {
    if (point < 0x10000) {
      this.add(point);
    } else {
      this.add(0xd800 + ((point - 0x10000) >> 10));
      this.add(0xdc00 + ((point - 0x10000) & 0x3ff));
    }
  }

  text(): string {
    this.#flush();
    return this.#text;
  }

  #flush(): void {
    this.#text += String.fromCharCode(...this.#units);
    this.#units = [];
  }
}

function malformed(isFatal: boolean, units: Units): void {
  if (isFatal) throw new TypeError("TextDecoder: the bytes are not valid");
  units.add(0xfffd);
}

/** As the Encoding standard says: each longest part of a character that cannot go on is one U+FFFD. */
function decodeUtf8(bytes: Uint8Array, isFatal: boolean, isStream: boolean): Decoded {
  const units = new Units();
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] as number;
    if (first < 0x80) {
      units.add(first);
      at++;
      continue;
    }
    const length = first >= 0xc2 && first <= 0xdf ? 2 : first >> 4 === 14 ? 3 : lengthOfFour(first);
    if (length === 0) {
      malformed(isFatal, units);
      at++;
      continue;
    }
    let point = first & (0xff >> (length + 1));
    let taken = 1;
    while (taken < length && at + taken < bytes.length) {
      const byte = bytes[at + taken] as number;
      if (!continues(first, taken, byte)) break;
      point = (point << 6) | (byte & 0x3f);
      taken++;
    }
    if (taken === length) units.addPoint(point);
    else if (at + taken === bytes.length && isStream) break;
    else malformed(isFatal, units);
    at += taken;
  }
  return { text: units.text(), used: at };
}

function lengthOfFour(first: number): number {
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/** The second byte's range leaves out surrogates, what is too long, and what is beyond Unicode. */
function continues(first: number, place: number, byte: number): boolean {
  let low = 0x80;
  let high = 0xbf;
  if (place === 1) {
    if (first === 0xe0) low = 0xa0;
    else if (first === 0xed) high = 0x9f;
    else if (first === 0xf0) low = 0x90;
    else if (first === 0xf4) high = 0x8f;
  }
  return byte >= low && byte <= high;
}

/** What windows-1252 has from 0x80 to 0x9f. */
const windows =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

function decodeUnits(
  bytes: Uint8Array,
  isWide: boolean,
  isFatal: boolean,
  isStream: boolean,
): Decoded {
  const units = new Units();
  if (!isWide) {
    for (const byte of bytes) {
      units.add(byte >= 0x80 && byte < 0xa0 ? windows.charCodeAt(byte - 0x80) : byte);
    }
    return { text: units.text(), used: bytes.length };
  }
  const used = bytes.length & ~1;
  for (let at = 0; at < used; at += 2) {
    units.add((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
  }
  if (used < bytes.length && !isStream) malformed(isFatal, units);
  const text = units.text();
  if (isFatal && !text.isWellFormed()) throw new TypeError("TextDecoder: the bytes are not valid");
  return { text: text.toWellFormed(), used };
}
