// The options of an image beside what they would be if nobody had set any.
import type { KconfigTree, Request } from "../kconfig/types.ts";
import type { Library } from "../libraries/library.ts";
import type { OptionRecord } from "./types.ts";

/** Symbols that the request's own fields and the libraries' names stand for. */
const structural = /^(ARCH|PLATFORM|OPTIMIZE)_/;

export function recordOptions(
  tree: Pick<KconfigTree, "symbols" | "resolve">,
  requests: readonly Request[],
  values: ReadonlyMap<string, string>,
  libraries: readonly Pick<Library, "symbol">[],
): OptionRecord[] {
  const isSetOption = (request: Request) => request.path.startsWith("options.");
  const requested = new Set(requests.filter(isSetOption).map((request) => request.symbol));
  const defaults =
    requested.size === 0
      ? values
      : tree.resolve(requests.filter((request) => !isSetOption(request))).values;
  const librarySymbols = new Set(libraries.map((library) => library.symbol));
  const records: OptionRecord[] = [];
  for (const [name, value] of values) {
    const symbol = tree.symbols.get(name);
    if (symbol === undefined || structural.test(name) || librarySymbols.has(name)) continue;
    // Libraries that are not in the image.
    if (name.startsWith("LIB_") && value === "n") continue;
    const fallback = defaults.get(name);
    records.push({
      name,
      type: symbol.type,
      value,
      ...(fallback === undefined ? {} : { default: fallback }),
      requested: requested.has(name),
      ...(symbol.prompt === undefined ? {} : { prompt: symbol.prompt }),
      ...(symbol.help === undefined ? {} : { help: symbol.help }),
      location: symbol.location,
    });
  }
  return records;
}

/** Set to something else than its default; what exists only because of another option as well. */
export function isChanged(option: Pick<OptionRecord, "value" | "default">): boolean {
  return option.value !== option.default;
}
