// The bytecode of a handler and of what handlers find in place, as sources of the image: an assembler
// file that includes it each. So an edited handler is compiled in milliseconds, and the rest of the
// image stays as it is.
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PreparedSources } from "../apps/application.ts";
import type { HandlerBundle } from "../apps/handler-bundle.ts";
import { runAction } from "../graph/action.ts";
import { keyOf, sha256, treeHash } from "../graph/hash.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import { hashFiles, listTree } from "../libraries/tree.ts";
import { publish, withTemporary } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import { markUsed } from "../store/use.ts";
import type { BuildOptions } from "../types.ts";
import { type BytecodeSource, compileBytecode } from "./compile.ts";
import { type BytecodeCompiler, bytecodeCompiler } from "./compiler.ts";

const objectsFormat = 1;
const stampName = "content.sha256";

/** The sources of the application's unit: two files in a directory of the store. */
export async function prepareFunction(
  bundle: HandlerBundle,
  registry: LibraryRegistry,
  store: Store,
  options: BuildOptions,
): Promise<PreparedSources> {
  const compiler = bytecodeCompiler(registry, store, options);
  const web = registry.get("function", "an application in JavaScript");
  const webFiles = web.files().filter(({ path }) => path.startsWith("web/"));
  const webKey = keyOf("web", objectsFormat, compiler.key, treeHash(webFiles));
  const handlerKey = keyOf(
    "handler",
    objectsFormat,
    compiler.key,
    bundle.kind,
    sha256(bundle.text),
    sha256(bundle.map),
  );
  const [webSource, handlerSource] = await Promise.all([
    ensureObject("web", webKey, compiler, store, options, () => bundleWeb(web.directory)),
    ensureObject("handler", handlerKey, compiler, store, options, async () => ({
      name: "handler.js",
      ...bundle,
    })),
  ]);
  return { sources: [handlerSource, webSource] };
}

type Source = PreparedSources["sources"][number];

/** The assembler file that holds the bytecode; made unless the store has it intact. */
async function ensureObject(
  name: string,
  key: string,
  compiler: BytecodeCompiler,
  store: Store,
  options: BuildOptions,
  read: () => Promise<BytecodeSource>,
): Promise<Source> {
  const directory = store.path("bytecode", key);
  const found = find(directory, name);
  if (found) return found;
  const action = { kind: "compile", name: `app/${name}.js`, scope: "" } as const;
  await runAction(store, options, action, async () => {
    const source = await read();
    const bytecode = compileBytecode(await compiler.program(), source);
    await withTemporary(store.temporaryDirectory, "bytecode", async (temporary) => {
      await mkdir(temporary);
      await writeFile(join(temporary, `${name}.bytecode`), bytecode);
      await writeFile(join(temporary, `${name}.S`), assembly(name, sha256(bytecode)));
      await writeFile(join(temporary, stampName), treeHash(hashTree(temporary)));
      await publish(temporary, directory);
    });
    return {
      result: undefined,
      inputs: { source: sha256(source.text), "compiler of JavaScript": compiler.key },
    };
  });
  const made = find(directory, name);
  if (!made) throw new Error(`${directory}: cannot be read back after writing it`);
  return made;
}

function hashTree(directory: string) {
  return hashFiles(
    directory,
    listTree(directory, (path) => path !== stampName),
  );
}

function find(directory: string, name: string): Source | undefined {
  const stamp = join(directory, stampName);
  if (!existsSync(stamp)) return undefined;
  const files = hashTree(directory);
  const path = `${name}.S`;
  const source = files.find((file) => file.path === path);
  if (!source || treeHash(files) !== readFileSync(stamp, "utf8")) return undefined;
  markUsed(stamp);
  return { directory, path, sha256: source.sha256 };
}

/** The hash is for the key of the assembler's action, which does not see what is included. */
function assembly(name: string, bytecodeSha256: string): string {
  return `/* ${bytecodeSha256} */
	.section .rodata.function_${name}, "a"
	.global function_${name}_start, function_${name}_end
	.balign 16
function_${name}_start:
	.incbin "${name}.bytecode"
function_${name}_end:
`;
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
