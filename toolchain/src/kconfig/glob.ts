// Shell patterns over directories: * and ? within a name, [abc] and [!abc]. Node's own globSync
// takes longer to load than our whole tree takes to read.
import { readdirSync } from "node:fs";
import { join } from "node:path";

const SPECIAL = /[*?[]/;
const LITERAL = /[.+^${}()|\\]/g;

export const isGlob = (pattern: string): boolean => SPECIAL.test(pattern);

/** Names below `directory` that match, sorted by name; hidden ones only when asked for. */
export function glob(pattern: string, directory: string): string[] {
  let found = [""];
  const segments = pattern.split("/");
  for (const [i, segment] of segments.entries()) {
    const separator = i < segments.length - 1 ? "/" : "";
    found = isGlob(segment)
      ? found.flatMap((prefix) =>
          matching(segment, join(directory, prefix)).map((name) => prefix + name + separator),
        )
      : found.map((prefix) => prefix + segment + separator);
  }
  return found.sort();
}

function matching(segment: string, directory: string): string[] {
  const expression = toRegExp(segment);
  let names: string[];
  try {
    names = readdirSync(directory === "" ? "/" : directory);
  } catch {
    // A directory that is not there, or a file where a directory would have to be.
    return [];
  }
  return names.filter((name) => expression.test(name));
}

function toRegExp(segment: string): RegExp {
  const source = segment
    .replace(LITERAL, "\\$&")
    .replace(/\[!/g, "[^")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  const hidden = segment.startsWith(".") ? "" : "(?!\\.)";
  return new RegExp(`^${hidden}${source}$`, "s");
}
