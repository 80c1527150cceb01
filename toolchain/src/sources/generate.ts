// Makes a library's generated files once per content of what goes in.
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Library } from "../libraries/library.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import { publish, withTemporary } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import { markUsed } from "../store/use.ts";
import { generatedTree } from "./generated.ts";
import { transforms } from "./transforms.ts";
import { sourceTree } from "./tree.ts";

/** Expects the library's third-party tree to be in the store. */
export async function ensureGenerated(
  library: Library,
  registry: LibraryRegistry,
  store: Store,
  signal: AbortSignal | undefined,
): Promise<void> {
  const generated = generatedTree(library, registry, store);
  if (!generated) return;
  markUsed(generated.directory);
  if (existsSync(generated.directory)) return;
  const tree = sourceTree(library, registry, store);
  const version = tree?.source.version ?? library.description.version;
  await withTemporary(store.temporaryDirectory, "generated", async (temporary) => {
    for (const file of library.description.generate) {
      signal?.throwIfAborted();
      const where = `${library.name}/library.json: generate: ${file.output}`;
      const transform = transforms[file.transform];
      if (!transform) {
        const known = Object.keys(transforms).join(", ");
        throw new Error(`${where}: unknown transform "${file.transform}" (known: ${known})`);
      }
      const inputs: string[] = [];
      for (const input of file.inputs) {
        const path = input.startsWith("source:")
          ? join(tree?.directory ?? "", input.slice("source:".length))
          : join(library.directory, input);
        inputs.push(await readFile(path, "utf8"));
      }
      const output = join(temporary, file.private ? "private" : "public", file.output);
      await mkdir(dirname(output), { recursive: true });
      await writeFile(output, transform(inputs, { version }));
    }
    await publish(temporary, generated.directory);
  });
}
