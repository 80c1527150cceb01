// The hash of the code that plans: what it once came to is worth nothing when it has changed.
import { join } from "node:path";
import { treeHash } from "../graph/hash.ts";
import { readKnownTree } from "../libraries/tree.ts";

const toolchainSources = join(import.meta.dirname, "..");

/** The modules of that directory, and the folders that they use for planning. */
const planningCode =
  /^([^/]+|(apps|compiler|kconfig|libraries|record|sources)\/[^/]+|graph|graph\/(hash|config-header)\.\w+|image|image\/(elf|platform|program)\.\w+)$/;

let hash: string | undefined;

/** Read once: the modules that run do not change. */
export function planningCodeHash(): string {
  hash ??= treeHash(readKnownTree(toolchainSources, (path) => planningCode.test(path)));
  return hash;
}
