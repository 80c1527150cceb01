// Reads the dependency files that clang writes with -MD: what a compilation really included.

/** The prerequisites of the only rule in a make-style dependency file. */
export function parseDepfile(text: string): string[] {
  const colon = text.indexOf(": ");
  if (colon < 0) return [];
  const paths: string[] = [];
  let current = "";
  const body = text.slice(colon + 2);
  for (let index = 0; index < body.length; index++) {
    const character = body[index] as string;
    const following = body[index + 1];
    if (character === "\\" && following === "\n") index++;
    else if (character === "\\" && (following === " " || following === "#")) {
      current += following;
      index++;
    } else if (character === "$" && following === "$") {
      current += "$";
      index++;
    } else if (character === " " || character === "\n") {
      if (current) paths.push(current);
      current = "";
    } else current += character;
  }
  if (current) paths.push(current);
  return paths;
}
