// What a guest says goes to terminals and into Pulumi's messages: it must neither steer the one
// nor pass for more lines of the other.

/** Control characters, invisible and direction-changing ones, separators of lines, halves of
 * pairs: nothing that is read as something else than it is. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** One line that shows as what it is; tabs stay. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    if (character === "\t") return character;
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return hex.length > 2 ? `\\u{${hex}}` : `\\x${hex.padStart(2, "0")}`;
  });
}

/** At most so many characters; what is left out is said. */
export function shortened(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  return `${text.slice(0, lengthMax)} … (${text.length - lengthMax} more characters)`;
}
