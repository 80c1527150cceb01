// Declared libraries and options against the libraries' Kconfig: which libraries are in the
// image, why, and what cannot be granted.
import { join } from "node:path";
import type { Application } from "./apps/application.ts";
import { parseKconfig } from "./kconfig/index.ts";
import type { Configuration, KconfigTree, Reason, Request } from "./kconfig/types.ts";
import { type Library, librarySymbol } from "./libraries/library.ts";
import type { LibraryRegistry } from "./libraries/registry.ts";
import { nearestName } from "./nearest.ts";
import type { Problem } from "./problems.ts";
import type { ImageRequest, LibraryUse, OptionValue } from "./types.ts";

export interface ResolvedRequest {
  readonly tree: KconfigTree;
  /** What was asked of the tree, the application's own needs included. */
  readonly requests: readonly Request[];
  readonly configuration: Configuration;
  /** Sorted by name. */
  readonly libraries: readonly Library[];
  readonly uses: readonly LibraryUse[];
  readonly declared: readonly string[];
  readonly problems: readonly Problem[];
}

export function resolveRequest(
  request: ImageRequest,
  application: Application,
  registry: LibraryRegistry,
): ResolvedRequest {
  const tree = parseKconfig(join(registry.root, "Kconfig"), {});
  const problems: Problem[] = [];
  const requests: Request[] = [];
  const want = (library: string, path: string) =>
    requests.push({ symbol: librarySymbol(library), value: "y", path });

  for (const [kind, value] of [
    ["platform", request.platform],
    ["architecture", request.architecture],
    ["optimize", request.optimize],
  ] as const) {
    requests.push({ symbol: choiceSymbol(kind, value), value: "y", path: kind });
  }
  for (const library of application.implicitLibraries) want(library, "app");
  const declared: string[] = [];
  request.libraries.forEach((name, index) => {
    const path = `libraries[${index}]`;
    if (registry.find(name)) {
      want(name, path);
      declared.push(name);
    } else problems.push(unknownLibrary(name, path, registry));
  });
  for (const [symbol, value] of Object.entries(request.options)) {
    const path = `options.${symbol}`;
    const type = tree.symbols.get(symbol)?.type;
    requests.push({ symbol, value: optionText(value, type), path });
  }

  const configuration = tree.resolve(requests);
  problems.push(...configuration.problems);
  const libraries = registry
    .names()
    .map((name) => registry.get(name, "libraries"))
    .filter((library) => configuration.values.get(library.symbol) === "y");
  const uses = libraries.map((library) => ({
    name: library.name,
    version: library.description.version,
    reason: reasonFor(library, requests, configuration, registry),
  }));
  return {
    tree,
    requests,
    configuration,
    libraries,
    uses,
    // What the application sees: libc as well, however it came in.
    declared: [...declared, ...(libraries.some((one) => one.name === "musl") ? ["musl"] : [])],
    problems: problems.length > 0 ? problems : missingDependencies(libraries),
  };
}

/** The member of the root Kconfig's choice that stands for a property, e.g. PLATFORM_KVM. */
export function choiceSymbol(
  kind: "platform" | "architecture" | "optimize",
  value: string,
): string {
  const prefix = kind === "architecture" ? "ARCH" : kind.toUpperCase();
  return `${prefix}_${value.toUpperCase()}`;
}

function unknownLibrary(name: string, path: string, registry: LibraryRegistry): Problem {
  const nearest = nearestName(name, registry.names());
  const hint = nearest ? `; did you mean "${nearest}"?` : "";
  return { path, message: `there is no library "${name}"${hint}` };
}

/** As in a .config file: booleans are y and n, hex symbols have their prefix. */
function optionText(value: OptionValue, type: string | undefined): string {
  if (typeof value === "boolean") return value ? "y" : "n";
  if (typeof value === "number" && type === "hex") return `0x${value.toString(16)}`;
  return String(value);
}

function reasonFor(
  library: Library,
  requests: readonly Request[],
  configuration: Configuration,
  registry: LibraryRegistry,
): string {
  const own = requests.filter((request) => request.symbol === library.symbol);
  if (own.some((request) => request.path !== "app")) return "declared";
  if (own.length > 0) return "needed by the application";
  const chain = [...configuration.explain(library.symbol)].reverse();
  const last = chain[0];
  switch (last?.kind) {
    case "selected":
    case "implied":
      if (last.by?.startsWith("PLATFORM_")) return "platform";
      return chainText(chain, registry);
    case "choice":
      return "chosen";
    default:
      return "default";
  }
}

/** "selected by A, which B selects": back to a library that says by itself why it is there. */
function chainText(chain: readonly Reason[], registry: LibraryRegistry): string {
  let text = "";
  for (const { kind, by } of chain) {
    if ((kind !== "selected" && kind !== "implied") || by?.startsWith("PLATFORM_")) break;
    const name = readableSymbol(by, registry);
    if (text === "") text = `${kind} by ${name}`;
    else text += `, which ${name} ${kind === "selected" ? "selects" : "implies"}`;
  }
  return text;
}

/** LIB_VIRTIO_NET is better known as virtio-net. */
function readableSymbol(symbol: string | undefined, registry: LibraryRegistry): string {
  const name = registry.names().find((candidate) => librarySymbol(candidate) === symbol);
  return name ?? symbol ?? "an option";
}

/** A library whose Kconfig forgets to select what its code needs is a mistake of ours. */
function missingDependencies(libraries: readonly Library[]): Problem[] {
  const present = new Set(libraries.map((library) => library.name));
  return libraries.flatMap((library) =>
    library.description.dependencies
      .filter((name) => !present.has(name))
      .map((name) => ({
        path: "libraries",
        message: `${library.name} depends on ${name}, but its Kconfig does not select ${librarySymbol(name)}`,
      })),
  );
}
