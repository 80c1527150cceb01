// `unikernel sources`: fetches third-party sources, and computes the pin of a new one.
import { bundledLibrariesDirectory } from "../home.ts";
import { LibraryRegistry } from "../libraries/registry.ts";
import { computePin, ensureSource } from "../sources/acquire.ts";
import { describeOrigin } from "../sources/origin.ts";
import { sourceTree } from "../sources/tree.ts";
import { openStore } from "../store/store.ts";
import { type Command, parseCommandLine } from "./command.ts";

const usage = "unikernel sources --help";

export const command: Command = {
  summary: "fetch third-party sources, or compute their pins",
  help: `Usage: unikernel sources [NAME]... [--hash]

Fetches the third-party sources of the libraries named (default: all) into the store and
prints where they are.

  --hash   fetch from every origin instead, and print the pin over the used files of each`,

  async run(commandLine, signal) {
    const { values, positionals } = parse(commandLine);
    const registry = new LibraryRegistry(bundledLibrariesDirectory);
    const store = openStore();
    const names = positionals.length > 0 ? positionals : registry.names();
    let failed = false;
    for (const name of names) {
      const library = registry.get(name, "sources");
      const source = library.description.source;
      if (!source) continue;
      if (!values.hash) {
        const tree = sourceTree(library, registry, store);
        if (!tree) continue;
        await ensureSource(tree, store, { signal, onProgress: (text) => console.error(text) });
        console.log(`${name} ${source.version}: ${tree.directory}`);
        continue;
      }
      for (const origin of source.origins) {
        const where = `${name} ${source.version} from ${describeOrigin(origin)}`;
        try {
          const { pin, fileCount } = await computePin(source, origin, store, signal);
          const verdict = pin === source.sha256 ? "as pinned" : `pinned is ${source.sha256}`;
          if (pin !== source.sha256) failed = true;
          console.log(`${where}: ${fileCount} files, ${pin} (${verdict})`);
        } catch (error) {
          signal.throwIfAborted();
          console.log(`${where}: ${(error as Error).message}`);
        }
      }
    }
    return failed ? 1 : 0;
  },
};

function parse(commandLine: string[]) {
  return parseCommandLine(
    {
      args: commandLine,
      allowPositionals: true,
      options: { hash: { type: "boolean" } },
    },
    usage,
  );
}
