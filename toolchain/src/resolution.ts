// What a request comes to whatever its application's files hold, as plain values: remembered, so
// that after an edit of the application no Kconfig is read.
import type { Application } from "./apps/application.ts";
import type { HeaderSymbol } from "./graph/config-header.ts";
import { type FileHash, keyOf, treeHash } from "./graph/hash.ts";
import type { LibraryRegistry } from "./libraries/registry.ts";
import { recall, remember } from "./memory/memory.ts";
import { planningCodeHash } from "./memory/planning-code.ts";
import type { Problem } from "./problems.ts";
import type { Edge, OptionRecord } from "./record/types.ts";
import type { ResolvedRequest } from "./resolve.ts";
import type { ImageRequest, LibraryUse } from "./types.ts";

export interface Resolution {
  /** Every symbol's value, sorted by name. */
  readonly configuration: readonly (readonly [string, string])[];
  /** What the headers of the configuration say of these symbols. */
  readonly symbols: readonly (readonly [string, HeaderSymbol])[];
  /** Names of the libraries in the image, sorted. */
  readonly libraries: readonly string[];
  readonly uses: readonly LibraryUse[];
  /** Libraries whose headers the application sees. */
  readonly declared: readonly string[];
  readonly edges: readonly Edge[];
  readonly options: readonly OptionRecord[];
}

/** Resolves a request, or says everything that is wrong with it. */
export async function resolution(
  request: ImageRequest,
  application: Application,
  registry: LibraryRegistry,
  /** Of the libraries' directory. */
  libraryFiles: readonly FileHash[],
): Promise<Resolution | readonly Problem[]> {
  const name = keyOf(
    "resolution",
    planningCodeHash(),
    treeHash(libraryFiles),
    JSON.stringify({ ...request, app: "" }),
    [...application.implicitLibraries],
  );
  const remembered = recall("resolutions", name) as Resolution | undefined;
  if (remembered) return remembered;
  const { resolveRequest } = await import("./resolve.ts");
  const resolved = resolveRequest(request, application, registry);
  if (resolved.problems.length > 0) return resolved.problems;
  const result = await plain(resolved);
  remember("resolutions", name, result);
  return result;
}

async function plain(resolved: ResolvedRequest): Promise<Resolution> {
  const { libraryEdges } = await import("./record/edges.ts");
  const { recordOptions } = await import("./record/options.ts");
  const { tree, requests, configuration, libraries, uses, declared } = resolved;
  return {
    configuration: [...configuration.values],
    symbols: [...tree.symbols].map(
      ([
        name,
        {
          type,
          location: { file },
        },
      ]) => [name, { type, file }],
    ),
    libraries: libraries.map((library) => library.name),
    uses,
    declared,
    edges: libraryEdges({ tree, configuration, requests, libraries }),
    options: recordOptions(tree, requests, configuration.values, libraries),
  };
}
