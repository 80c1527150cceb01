// The configuration language: reads a tree of Kconfig files and resolves requests against it.
// Knows nothing of micro-libraries; works on any tree, Linux's and Unikraft's included.
import { loadModel } from "./load.ts";
import { typeName, ValueType } from "./model.ts";
import { resolve } from "./resolve.ts";
import type { KconfigTree, ParseOptions, SymbolInfo } from "./types.ts";

export { type KconfigModel, loadModel } from "./load.ts";
export type {
  Configuration,
  KconfigTree,
  ParseOptions,
  Reason,
  Request,
  SymbolInfo,
  SymbolType,
} from "./types.ts";

/** Throws a ProblemsError with everything that is wrong with the tree. */
export function parseKconfig(rootFile: string, options: ParseOptions = {}): KconfigTree {
  const model = loadModel(rootFile, options);
  let symbols: ReadonlyMap<string, SymbolInfo> | undefined;
  return {
    model,
    files: model.files,
    warnings: model.warnings,
    messages: model.messages,
    get symbols() {
      symbols ??= describeSymbols(model.symbols.names);
      return symbols;
    },
    resolve: (requests) => resolve(model, requests),
  };
}

function describeSymbols(
  names: ReadonlyMap<string, import("./model.ts").KSymbol>,
): ReadonlyMap<string, SymbolInfo> {
  const result = new Map<string, SymbolInfo>();
  for (const [name, symbol] of names) {
    const location = symbol.nodes[0]?.location;
    const type = typeName(symbol.type);
    if (location === undefined || symbol.type === ValueType.Unknown || type === "unknown") continue;
    const prompt = symbol.prompts[0]?.text;
    const help = symbol.nodes.find((node) => node.help !== null)?.help;
    result.set(name, {
      name,
      type,
      location,
      ...(prompt === undefined ? {} : { prompt }),
      ...(help == null ? {} : { help }),
    });
  }
  return result;
}
