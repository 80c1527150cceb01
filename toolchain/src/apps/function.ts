// An application in TypeScript or JavaScript: one module that exports a handler of requests. It is
// bundled with what it imports, compiled to bytecode, and served by the library function.
import { statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { sha256, treeHash } from "../graph/hash.ts";
import { readKnownTree } from "../libraries/tree.ts";
import type { Application } from "./application.ts";
import { bundleHandler, type HandlerBundle } from "./handler-bundle.ts";

const base = {
  kind: "function",
  implicitLibraries: ["function"],
  logical: "app",
};

/** Of a file, or of a module's text whose imports are looked for beside this path. */
export async function readFunctionApplication(
  path: string,
  text: string | undefined,
): Promise<Application> {
  const directory = dirname(path);
  const none = { ...base, directory, files: [], sources: [] };
  if (text === undefined && !statSync(path, { throwIfNoEntry: false })?.isFile()) {
    return { ...none, problems: [{ path: "app", message: `the file ${path} does not exist` }] };
  }
  const { bundle, problems } = await bundleHandler(directory, basename(path), text);
  if (!bundle) return { ...none, problems };
  return {
    ...none,
    files: bundleFiles(bundle),
    makerHash: makerHash(),
    problems: [],
    makeObjects: async (registry, store, options) => {
      const { functionObjects } = await import("../bytecode/objects.ts");
      return functionObjects(bundle, registry, store, options);
    },
  };
}

/** Of the compiler to bytecode, the program and what calls it. */
function makerHash(): string {
  const toolchain = join(import.meta.dirname, "../..");
  const isSource = (path: string) => !path.endsWith(".test.ts");
  const files = ["bytecode", "src/bytecode"].flatMap((folder) =>
    readKnownTree(join(toolchain, folder), isSource).map(({ path, sha256 }) => ({
      path: `${folder}/${path}`,
      sha256,
    })),
  );
  return treeHash(files);
}

/** What decides about the image; the map tells errors' positions, which are in the bytecode. */
function bundleFiles(bundle: HandlerBundle): Application["files"] {
  return [
    { path: `handler.${bundle.kind}.js`, sha256: sha256(bundle.text) },
    { path: "handler.map", sha256: sha256(bundle.map) },
  ];
}
