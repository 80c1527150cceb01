// The strings in a section of merged constants, each with its place, so that a report can show
// them by their text.

import { visible } from "./format.ts";

export interface StringPiece {
  /** Quoted, with everything unprintable escaped, and shortened. */
  readonly text: string;
  readonly at: number;
  readonly size: number;
}

const longest = 60;

/** Undefined when the section does not hold strings of bytes. */
export function stringsOf(sectionName: string, bytes: Buffer): StringPiece[] | undefined {
  if (!/\.str1\.\d+$/.test(sectionName)) return undefined;
  const pieces: StringPiece[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    let next = end < 0 ? bytes.length : end + 1;
    // What aligns the next string belongs to this one.
    while (next < bytes.length && bytes[next] === 0) next++;
    pieces.push({
      text: quoted(bytes.toString("utf8", at, end < 0 ? undefined : end)),
      at,
      size: next - at,
    });
    at = next;
  }
  return pieces;
}

function quoted(text: string): string {
  const short = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return visible(JSON.stringify(short));
}
