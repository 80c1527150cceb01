// The fixture with a handler in TypeScript: as a guest, and the same engine, libraries and bytecode
// as a static Linux program.
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  bundledLibrariesDirectory,
  ensureCompiler,
  type ImageRequest,
  openStore,
} from "@pulumi-unikernel/toolchain";
import { bundleHandler } from "../../../toolchain/src/apps/handler-bundle.ts";
import { functionObjects } from "../../../toolchain/src/bytecode/objects.ts";
import { objectPath } from "../../../toolchain/src/graph/compile.ts";
import { LibraryRegistry } from "../../../toolchain/src/libraries/registry.ts";
import { ensureSource } from "../../../toolchain/src/sources/acquire.ts";
import { sourceTree } from "../../../toolchain/src/sources/tree.ts";
import { cacheDirectory, repository } from "./paths.ts";

const directory = join(repository, "tests/bench/fixtures/function");
const port = 8080;

export const functionRequest: Partial<ImageRequest> = {
  app: join(directory, "handler.ts"),
  libraries: [],
  // It asks nobody: what the C server beside it cannot do either.
  options: { FUNCTION_PORT: port, FUNCTION_FETCH: false },
};

export async function linuxFunction(): Promise<string> {
  const store = openStore();
  const registry = new LibraryRegistry(bundledLibrariesDirectory);
  const { bundle } = await bundleHandler(directory, "handler.ts", undefined);
  if (!bundle) throw new Error("the fixture's handler cannot be bundled");
  const objects = await functionObjects(bundle, registry, store, {});
  const tree = sourceTree(registry.get("quickjs", "a benchmark"), registry, store);
  if (!tree) throw new Error("quickjs has no source");
  await ensureSource(tree, store, {});
  const own = ["function", "httpd"].flatMap((name) => {
    const library = join(bundledLibrariesDirectory, name);
    const files = readdirSync(library).filter((file) => /^(?!sockets).*\.c$/.test(file));
    return files.map((file) => join(library, file));
  });
  const engine = ["quickjs.c", "libregexp.c", "libunicode.c", "dtoa.c"];
  const program = join(cacheDirectory(), "linux-function");
  const zig = join(await ensureCompiler(), "zig");
  execFileSync(
    zig,
    [
      ...["cc", "-target", "x86_64-linux-musl", "-O2", "-static", "-w", "-D_GNU_SOURCE"],
      ...["-fno-sanitize=undefined", "-DQJS_DISABLE_PARSER", `-DCONFIG_FUNCTION_PORT=${port}`],
      ...["-DCONFIG_FUNCTION_BODY_KIB=1024", "-DCONFIG_FUNCTION_HEAP_KIB=0"],
      ...["-I", join(bundledLibrariesDirectory, "httpd/include"), "-I", tree.directory],
      ...objects.map(({ sha256 }) => objectPath(store, sha256)),
      ...own,
      ...engine.map((file) => join(tree.directory, file)),
      ...["-o", program],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  return program;
}
