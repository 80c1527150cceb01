// `unikernel explain`: why a symbol or a library is on, or what keeps it off.
import { isAbsolute, join, relative } from "node:path";
import type { Application } from "../apps/application.ts";
import { readCApplication } from "../apps/c.ts";
import { type Explanation, type ExplanationLine, explainSymbol } from "../explanation.ts";
import { bundledLibrariesDirectory } from "../home.ts";
import type { KconfigTree } from "../kconfig/types.ts";
import { LibraryRegistry } from "../libraries/registry.ts";
import { nearestName } from "../nearest.ts";
import { formatLocation, formatProblem, ProblemsError } from "../problems.ts";
import { resolveRequest } from "../resolve.ts";
import { type Command, parseCommandLine, UsageError } from "./command.ts";
import { readRequest, requestHelp, requestOptions } from "./request.ts";

const usage = "unikernel explain --help";

export const command: Command = {
  summary: "say why a symbol is on, or what keeps it off",
  help: `Usage: unikernel explain SYMBOL|LIBRARY [DIR] [options]

Says for the application in DIR, or for an image without an application, why a Kconfig symbol has
its value: the shortest chain from what was asked for to the symbol, or the dependency that keeps
it off, each step with its file and line. A library's name stands for its symbol.

${requestHelp}

  --libraries DIR     the micro-libraries' directory (default: those of this toolchain)
  --json              the same as JSON; files are relative to the micro-libraries' directory`,

  async run(commandLine) {
    const { values, positionals } = parse(commandLine);
    const [name, directory, ...more] = positionals;
    if (!name || more.length > 0) throw new UsageError("expected a symbol, and a directory", usage);
    const registry = new LibraryRegistry(values.libraries ?? bundledLibrariesDirectory);
    const application = directory === undefined ? noApplication : readCApplication(directory);
    if (application.problems.length > 0) throw new ProblemsError(application.problems);
    const request = readRequest(directory, values, usage);
    const resolved = resolveRequest(request, application, registry);
    const symbol = findSymbol(name, resolved.tree, registry);
    const explanation = explainSymbol(resolved, symbol);
    // What cannot be granted is worth an explanation too, but the request is still wrong.
    const { problems } = resolved;
    if (values.json) console.log(JSON.stringify({ ...explanation, problems }, undefined, 2));
    else {
      console.log(text(explanation, registry.root));
      for (const problem of problems) console.error(formatProblem(problem));
    }
    return problems.length > 0 ? 1 : 0;
  },
};

const noApplication: Application = {
  kind: "none",
  directory: "",
  implicitLibraries: [],
  files: [],
  sources: [],
  logical: "app",
  problems: [],
};

function findSymbol(name: string, tree: KconfigTree, registry: LibraryRegistry): string {
  const library = registry.find(name);
  if (library) return library.symbol;
  const symbol = name.replace(/^CONFIG_/, "");
  if (tree.symbols.has(symbol)) return symbol;
  const nearest = nearestName(symbol, [...tree.symbols.keys(), ...registry.names()]);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new Error(`there is no option or library ${symbol}${hint}`);
}

function text({ symbol, type, value, isOn, lines }: Explanation, root: string): string {
  const isSwitch = type === "bool" || type === "tristate";
  const state = isOn ? `= ${value}` : isSwitch ? "is off" : "has no value";
  const width = Math.max(...lines.map((line) => line.text.length));
  return [`${symbol} ${state}`, ...lines.map((line) => textLine(line, width, root))].join("\n");
}

function textLine({ text, location }: ExplanationLine, width: number, root: string): string {
  if (location === undefined) return `  ${text}`;
  const file = shortest(join(root, location.file));
  return `  ${text.padEnd(width)}  ${formatLocation({ ...location, file })}`;
}

/** Relative to the working directory where that is shorter, as compilers do. */
function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  return isAbsolute(near) || near.length > path.length ? path : near;
}

function parse(commandLine: string[]) {
  return parseCommandLine(
    {
      args: commandLine,
      allowPositionals: true,
      options: { ...requestOptions, libraries: { type: "string" }, json: { type: "boolean" } },
    },
    usage,
  );
}
