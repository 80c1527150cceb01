// The linker's complaints as problems: an undefined symbol is named once, with who uses it and,
// when the headers of a library declare it, which library to declare.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LibraryRegistry } from "../libraries/registry.ts";
import { detailsOf } from "../plan.ts";
import type { Problem } from "../problems.ts";
import type { ImagePlan } from "../types.ts";

const undefinedSymbol = /^ld\.lld: error: undefined symbol: (.*)$/m;

/** The symbols that the linker did not find. */
export function undefinedSymbols(output: string): string[] {
  return [...output.matchAll(new RegExp(undefinedSymbol, "gm"))].map((match) => match[1] as string);
}

export function linkProblems(output: string, plan: ImagePlan): Problem[] {
  const { registry, libraries } = detailsOf(plan);
  const present = new Set(libraries.map((library) => library.name));
  const problems: Problem[] = [];
  for (const block of output.split(/^(?=ld\.lld: error: )/m)) {
    const symbol = undefinedSymbol.exec(block)?.[1];
    if (!symbol) continue;
    const users = [...block.matchAll(/^>>> referenced by (.*)$/gm)].map((match) => match[1]);
    const owner = declaringLibrary(symbol, registry);
    const hint = !owner
      ? ""
      : present.has(owner)
        ? `; the library "${owner}" declares it but does not define it as it is configured`
        : `; the library "${owner}" has it: declare it in \`libraries\``;
    const by = users[0] ? ` (used by ${shortUser(users[0])})` : "";
    problems.push({ path: "", message: `undefined symbol ${symbol}${by}${hint}` });
  }
  if (problems.length > 0) return problems;
  return [{ path: "", message: `the image does not link: ${output.trim()}` }];
}

/** Of `server.c:12 (./server.c:12)` the second, of `server.c.o:(.text.main)` the file. */
function shortUser(user: string): string {
  const located = /\(([^()]+:\d+)\)/.exec(user)?.[1];
  const text = located ?? user.replace(/\.o\b.*$/, "").replaceAll("!", "/");
  return text.replace(/^\.\//, "");
}

/** The library one of whose own headers mentions the symbol as a function or an object. */
function declaringLibrary(symbol: string, registry: LibraryRegistry): string | undefined {
  const mention = new RegExp(`\\b${symbol.replace(/\W/g, "\\$&")}\\s*[(;[]`);
  for (const name of registry.names()) {
    const library = registry.get(name, "symbol");
    const prefixes = library.description.include.filter((path) => !path.startsWith("source:"));
    const headers = library
      .files()
      .filter((file) => prefixes.some((prefix) => file.path.startsWith(`${prefix}/`)));
    for (const header of headers) {
      if (mention.test(readFileSync(join(library.directory, header.path), "utf8"))) return name;
    }
  }
  return undefined;
}
