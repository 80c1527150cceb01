// Which files of a source tree may define a symbol, from their texts alone: what lets a build
// compile the few files of a large library that an image needs. It may name too many files (a
// prototype looks like a definition); what they really define is read from the objects.

import { posix } from "node:path";

export interface SourceText {
  /** Name of the file, as in the index's answers. */
  readonly name: string;
  readonly text: string;
}

/**
 * The files that may define a symbol. Outside of function bodies they mention its name, or a macro
 * whose body does, or a macro that joins names with `##` together with the rest of the name.
 */
export type DefinitionIndex = (symbol: string) => readonly string[];

/** `sources` may be compiled; `headers` only hold macros (`#define malloc own_malloc`). */
export function definitionIndex(
  sources: readonly SourceText[],
  headers: readonly SourceText[],
): DefinitionIndex {
  const outside = namesOutside(sources);
  const { mentioning, joining } = macrosOf([...headers, ...sources]);
  const filesWith = (names: readonly string[]) => names.flatMap((name) => outside.get(name) ?? []);
  return (symbol) => {
    const files = new Set(filesWith([symbol, ...(mentioning.get(symbol) ?? [])]));
    for (const { macros, rest } of splits(symbol, joining)) {
      const users = new Set(filesWith(macros));
      for (const file of filesWith([rest])) if (users.has(file)) files.add(file);
    }
    return [...files];
  };
}

/** The files that mention a name outside of function bodies, or include a source that does. */
function namesOutside(sources: readonly SourceText[]): Map<string, string[]> {
  const namesOf = new Map<string, ReadonlySet<string>>();
  for (const { name, text } of sources) {
    namesOf.set(name, /\.[sS]$/.test(name) ? allNames(text) : namesOutsideBodies(text));
  }
  const outside = new Map<string, string[]>();
  for (const { name, text } of sources) {
    for (const symbol of namesOf.get(name) as ReadonlySet<string>) add(outside, symbol, name);
    for (const [, inner] of text.matchAll(includedSource)) {
      const path = posix.join(posix.dirname(name), inner as string);
      for (const symbol of namesOf.get(path) ?? []) add(outside, symbol, name);
    }
  }
  return outside;
}

/** The macros whose bodies mention a name, and those that join it with another one. */
function macrosOf(texts: readonly SourceText[]) {
  const mentioning = new Map<string, string[]>();
  const joining = new Map<string, string[]>();
  for (const { text } of texts) {
    for (const [, macro, body] of text.matchAll(macroDefinition)) {
      for (const name of allNames(body as string)) add(mentioning, name, macro as string);
      for (const [, before, after] of (body as string).matchAll(joined)) {
        add(joining, (before ?? after) as string, macro as string);
      }
    }
  }
  return { mentioning, joining };
}

/** Each way to see a name as a part that macros add before or after it, and the rest. */
function* splits(symbol: string, joining: ReadonlyMap<string, readonly string[]>) {
  for (let at = 1; at < symbol.length; at++) {
    const [left, right] = [symbol.slice(0, at), symbol.slice(at)];
    for (const [part, rest] of [
      [left, right],
      [right, left],
    ] as const) {
      const macros = joining.get(part);
      if (macros) yield { macros, rest };
    }
  }
}

const joined = /(\w+)[ \t]*##|##[ \t]*(\w+)/g;
const includedSource = /^[ \t]*#[ \t]*include[ \t]+"([^"]+\.[csS])"/gm;
const macroDefinition = /^[ \t]*#[ \t]*define[ \t]+(\w+)((?:.*\\\n)*.*)$/gm;

function add(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (!values) map.set(key, [value]);
  else if (values.at(-1) !== value) values.push(value);
}

function allNames(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_]\w*/g));
}

/** Comments, strings, directives for conditions and headers, braces and names of C. */
const tokens =
  /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|^[ \t]*#[ \t]*(?:if|el|end|include.*)\w*|[{}]|[A-Za-z_]\w*/gm;

function namesOutsideBodies(text: string): Set<string> {
  const names = new Set<string>();
  let depth = 0;
  // Alternatives of a conditional begin at the same depth: each may open the same body.
  const conditionals: number[] = [];
  for (const [token] of text.matchAll(tokens)) {
    const first = token[0] as string;
    if (first === "{") depth++;
    else if (first === "}") depth = Math.max(0, depth - 1);
    else if (first === "/" || first === "'") continue;
    else if (first === '"') {
      // Assembler outside of functions.
      if (depth === 0) for (const name of allNames(token)) names.add(name);
    } else if (/^[ \t#]/.test(token)) {
      if (/include/.test(token)) continue;
      if (token.endsWith("endif")) conditionals.pop();
      else if (/#[ \t]*if/.test(token)) conditionals.push(depth);
      else depth = conditionals.at(-1) ?? depth;
    } else if (depth === 0) names.add(token);
  }
  return names;
}
