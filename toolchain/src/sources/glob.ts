// The globs of library.json: `*` and `?` within a name, `**` across directories, `{a,b}`.
// Own and small because a pin must not change with a dependency's idea of a glob.

/** True for paths that one of the patterns matches and none of the exceptions does. */
export function globMatcher(
  patterns: readonly string[],
  exceptions: readonly string[] = [],
): (path: string) => boolean {
  const wanted = patterns.map(globToRegExp);
  const unwanted = exceptions.map(globToRegExp);
  return (path) =>
    wanted.some((expression) => expression.test(path)) &&
    !unwanted.some((expression) => expression.test(path));
}

export function isGlob(pattern: string): boolean {
  return /[*?{]/.test(pattern);
}

export function globToRegExp(pattern: string): RegExp {
  let expression = "";
  let depth = 0;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] as string;
    if (pattern.startsWith("**/", index)) {
      expression += "(?:.*/)?";
      index += 2;
    } else if (pattern.startsWith("**", index)) {
      expression += ".*";
      index += 1;
    } else if (character === "*") expression += "[^/]*";
    else if (character === "?") expression += "[^/]";
    else if (character === "{") {
      expression += "(?:";
      depth++;
    } else if (character === "}" && depth > 0) {
      expression += ")";
      depth--;
    } else if (character === "," && depth > 0) expression += "|";
    else expression += character.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
  }
  if (depth > 0) throw new Error(`glob "${pattern}": { without }`);
  return new RegExp(`^${expression}$`);
}
