// "file not found" becomes helpful when a known library exports that header: it says which
// library to declare.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LibraryRegistry } from "../libraries/registry.ts";
import type { Problem } from "../problems.ts";

export function missingHeaderHints(
  problems: readonly Problem[],
  registry: LibraryRegistry,
  declared: readonly string[],
): Problem[] {
  return problems.map((problem) => {
    const header = /'([^']+)' file not found/.exec(problem.message)?.[1];
    const owner = header && exporterOf(header, registry);
    if (!owner || declared.includes(owner)) return problem;
    return {
      ...problem,
      message: `${problem.message}; it belongs to the library "${owner}": declare it in \`libraries\``,
    };
  });
}

/** The library that exports a header from its own folder. */
function exporterOf(header: string, registry: LibraryRegistry): string | undefined {
  return registry.names().find((name) => {
    const library = registry.get(name, "header");
    return library.description.include.some(
      (path) => !path.startsWith("source:") && existsSync(join(library.directory, path, header)),
    );
  });
}
