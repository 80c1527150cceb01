// Percent-encoding, as the URL standard has it: which characters are encoded depends on the place.
import { native } from "./native.ts";

const hex = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;

/** Encodes what `isKept` does not match, as UTF-8. */
export function encodePercent(text: string, isEncoded: RegExp): string {
  return text.replace(isEncoded, (character) =>
    [...new Uint8Array(native.encode(character.toWellFormed()))].map(hex).join(""),
  );
}

/** Sets of the URL standard, each what is encoded. Whole code points, so that pairs stay together. */
export const percentSets = {
  control: /[^\x20-\x7e]/gu,
  fragment: /[\0-\x20"<>`\x7f]|[^\0-\x7f]/gu,
  query: /[\0-\x20"#<>\x7f]|[^\0-\x7f]/gu,
  specialQuery: /[\0-\x20"#<>'\x7f]|[^\0-\x7f]/gu,
  path: /[\0-\x20"#<>?^`{}\x7f]|[^\0-\x7f]/gu,
  userinfo: /[\0-\x20"#<>?^`{}/:;=@[\\\]|\x7f]|[^\0-\x7f]/gu,
  form: /[^A-Za-z0-9*\-._ ]/gu,
} as const;

/** The bytes of a text in which %XX stands for one. */
export function decodePercent(text: string): Uint8Array {
  const bytes = new Uint8Array(native.encode(text.toWellFormed()));
  let length = 0;
  for (let at = 0; at < bytes.length; at++, length++) {
    const high = bytes[at] === 0x25 ? digit(bytes[at + 1]) : -1;
    const low = high >= 0 ? digit(bytes[at + 2]) : -1;
    bytes[length] = low >= 0 ? high * 16 + low : (bytes[at] as number);
    if (low >= 0) at += 2;
  }
  return bytes.subarray(0, length);
}

function digit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
