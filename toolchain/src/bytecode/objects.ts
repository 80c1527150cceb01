// The bytecode of a handler and of what handlers find in place, each as an object of the image. So
// an edited handler is compiled in milliseconds, and the rest of the image stays as it is.
import { readFileSync } from "node:fs";
import type { HandlerBundle } from "../apps/handler-bundle.ts";
import { runAction } from "../graph/action.ts";
import { type CompiledObject, objectPath } from "../graph/compile.ts";
import { keyOf, sha256, treeHash } from "../graph/hash.ts";
import { objectSymbols } from "../graph/object-symbols.ts";
import { dataObject } from "../image/data-object.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import { writeAtomically } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import { markUsed } from "../store/use.ts";
import type { BuildOptions } from "../types.ts";
import { type BytecodeSource, compileBytecode } from "./compile.ts";
import { type BytecodeCompiler, bytecodeCompiler } from "./compiler.ts";

/** Raised when the same bytecode makes other objects. */
const objectsFormat = 1;

/** The objects of the application. */
export async function functionObjects(
  bundle: HandlerBundle,
  registry: LibraryRegistry,
  store: Store,
  options: BuildOptions,
): Promise<CompiledObject[]> {
  const compiler = bytecodeCompiler(registry, store, options);
  const web = registry.get("function", "an application in JavaScript");
  const webFiles = web.files().filter(({ path }) => path.startsWith("web/"));
  const ensure = (name: string, key: string, read: () => Promise<BytecodeSource>) =>
    ensureObject(
      name,
      keyOf(name, objectsFormat, compiler.key, key),
      compiler,
      store,
      options,
      read,
    );
  const handlerKey = keyOf("bundle", bundle.kind, sha256(bundle.text), sha256(bundle.map));
  return Promise.all([
    ensure("handler", handlerKey, async () => ({ name: "handler.js", ...bundle })),
    ensure("web", treeHash(webFiles), () => bundleWeb(web.directory)),
  ]);
}

async function ensureObject(
  name: string,
  key: string,
  compiler: BytecodeCompiler,
  store: Store,
  options: BuildOptions,
  read: () => Promise<BytecodeSource>,
): Promise<CompiledObject> {
  const record = store.path("bytecode", `${key}.key`);
  const found = findObject(name, record, store);
  if (found) return found;
  const action = { kind: "compile", name: `app/${name}.js`, scope: "" } as const;
  return runAction(store, options, action, async () => {
    const source = await read();
    const object = dataObject(
      `function_${name}`,
      compileBytecode(await compiler.program(), source),
    );
    const content = sha256(object);
    await writeAtomically(store.temporaryDirectory, objectPath(store, content), object);
    await writeAtomically(store.temporaryDirectory, record, content);
    return {
      result: compiled(name, content, object),
      inputs: { source: sha256(source.text), "compiler of JavaScript": compiler.key },
    };
  });
}

function compiled(name: string, content: string, object: Buffer): CompiledObject {
  const symbols = objectSymbols(object);
  return { logical: `app/${name}.js`, sha256: content, symbols, warnings: "" };
}

/** The object that was made under this key, if it is here and intact. */
function findObject(name: string, record: string, store: Store): CompiledObject | undefined {
  try {
    const content = readFileSync(record, "utf8");
    const path = objectPath(store, content);
    const object = readFileSync(path);
    if (sha256(object) !== content) return undefined;
    markUsed(record, path);
    return compiled(name, content, object);
  } catch {
    return undefined;
  }
}

/** What handlers find in place (toolchain/lib/function/web) as one script. */
async function bundleWeb(libraryDirectory: string): Promise<BytecodeSource> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: ["web/main.ts"],
    absWorkingDir: libraryDirectory,
    bundle: true,
    write: false,
    outfile: "web.js",
    format: "iife",
    platform: "neutral",
    target: "es2023",
    charset: "ascii",
    logLevel: "silent",
    minifySyntax: true,
    tsconfigRaw: "{}",
  });
  const text = outputFiles[0]?.text ?? "";
  return { name: "web.js", kind: "script", text, isWithoutPositions: true };
}
