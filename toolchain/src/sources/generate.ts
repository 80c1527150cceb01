// Makes a library's generated files once per content of what goes in, and again when what is there
// is not what was made.
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { locked } from "../graph/action.ts";
import { type FileHash, treeHash } from "../graph/hash.ts";
import type { Library } from "../libraries/library.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import { readKnownTree, readTree } from "../libraries/tree.ts";
import { publish, withTemporary } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import { markUsed } from "../store/use.ts";
import type { BuildOptions } from "../types.ts";
import type { GeneratedTree } from "./generated.ts";
import { transforms } from "./transforms.ts";
import { type EnsuredTree, sourceTree } from "./tree.ts";

const stampName = "content.sha256";

/** Expects the library's third-party tree to be in the store. */
export async function ensureGenerated(
  library: Library,
  generated: GeneratedTree,
  registry: LibraryRegistry,
  store: Store,
  options: BuildOptions,
): Promise<EnsuredTree> {
  const known = verified(generated);
  if (known) return { files: known, wasIntact: true };
  return locked(store, `generated-${generated.key}`, options, async () => {
    if (!verified(generated)) await generate(library, generated, registry, store, options.signal);
    const files = verified(generated);
    if (!files) throw new Error(`${generated.directory}: cannot be read back after writing it`);
    return { files, wasIntact: false };
  });
}

/** The files, or undefined when they are absent or were changed. */
function verified({ directory }: GeneratedTree): readonly FileHash[] | undefined {
  const stamp = join(directory, stampName);
  if (!existsSync(stamp)) return undefined;
  const files = readKnownTree(directory, (path) => path !== stampName);
  if (treeHash(files) !== readFileSync(stamp, "utf8")) return undefined;
  markUsed(directory);
  return files;
}

async function generate(
  library: Library,
  generated: GeneratedTree,
  registry: LibraryRegistry,
  store: Store,
  signal: AbortSignal | undefined,
): Promise<void> {
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
    const files = readTree(temporary, () => true);
    await writeFile(join(temporary, stampName), treeHash(files));
    // What is in the way was found to be damaged.
    await rm(generated.directory, { recursive: true, force: true });
    await publish(temporary, generated.directory);
  });
}
