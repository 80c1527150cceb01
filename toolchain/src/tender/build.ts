// Builds the tender, the process on the host that runs images of the platform "linux", from its
// C sources with the pinned compiler: static, without libc, the same bytes on every machine.
import { readFileSync } from "node:fs";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { compilerAt } from "../compiler/compiler.ts";
import { ensureCompiler } from "../compiler/ensure.ts";
import { compilerIdentity } from "../compiler/pin.ts";
import { keyOf, sha256 } from "../graph/hash.ts";
import { Pool } from "../graph/pool.ts";
import { runTool } from "../graph/process.ts";
import { bundledLibrariesDirectory } from "../home.ts";
import { readTree } from "../libraries/tree.ts";
import { publish, withTemporary, writeAtomically } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions } from "../types.ts";

const sourceDirectory = join(import.meta.dirname, "..", "..", "tender");
/** What the tender and the images agree on; the only header that is not its own. */
const contract = "uk/tender-abi.h";
const contractDirectory = join(bundledLibrariesDirectory, "plat-linux", "include");

const compileFlags: readonly string[] = [
  "--target=x86_64-linux-musl",
  "--no-default-config",
  "-std=gnu17",
  "-O2",
  "-g0",
  "-ffreestanding",
  "-fno-pic",
  "-fno-pie",
  // Nobody has set up a canary: there is no libc.
  "-fno-stack-protector",
  "-fno-unwind-tables",
  "-fno-asynchronous-unwind-tables",
  "-nostdinc",
  "-Wall",
  "-Wextra",
  "-Werror",
];

const linkFlags: readonly string[] = [
  "-m",
  "elf_x86_64",
  "-static",
  "-nostdlib",
  "--build-id=none",
  "--strip-all",
  "--fatal-warnings",
  "-z",
  "noexecstack",
  // Below the addresses of images, which it loads beside itself.
  "--image-base=0x200000",
];

/** Returns the path of the tender, after building it when the store lacks it. */
export async function ensureTender(store: Store, options: BuildOptions = {}): Promise<string> {
  const sources = readTree(sourceDirectory, () => true);
  const shared = sha256(readFileSync(join(contractDirectory, contract)));
  const key = keyOf(
    "tender",
    compilerIdentity,
    [...compileFlags],
    [...linkFlags],
    sources.map(({ path, sha256 }) => [path, sha256]),
    shared,
  );
  const known = await findTender(store, key);
  if (known) return known;
  return store.lock(`tender-${key}`, options.signal, async () => {
    const made = await findTender(store, key);
    if (made) return made;
    options.onProgress?.("compiling the tender");
    const files = sources.map(({ path }) => path).filter((path) => /\.[cS]$/.test(path));
    return build(store, key, files, options);
  });
}

async function build(
  store: Store,
  key: string,
  files: readonly string[],
  options: BuildOptions,
): Promise<string> {
  const compiler = compilerAt(await ensureCompiler(options));
  return withTemporary(store.temporaryDirectory, "tender", async (directory) => {
    await mkdir(directory);
    const { signal } = options;
    await new Pool(options.jobs).map(files, async (file) => {
      const object = join(directory, `${file}.o`);
      const include = ["-I", contractDirectory, "-isystem", compiler.includeDirectory];
      const command = ["clang", ...compileFlags, ...include, "-c", file, "-o", object];
      await run(compiler.zig, command, sourceDirectory, signal);
    });
    const objects = files.map((file) => `${file}.o`);
    const link = ["ld.lld", ...linkFlags, "-o", "tender", ...objects];
    await run(compiler.zig, link, directory, signal);
    const linked = join(directory, "tender");
    const content = sha256(await readFile(linked));
    await chmod(linked, 0o755);
    await publish(linked, tenderPath(store, content));
    await writeAtomically(store.temporaryDirectory, recordPath(store, key), content);
    return tenderPath(store, content);
  });
}

async function run(
  program: string,
  command: readonly string[],
  directory: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await runTool(program, command, { directory, signal });
  if (result.status !== 0) throw new Error(`cannot build the tender: ${result.stderr.trim()}`);
}

/** The tender that was made under this key, if it is here and intact. */
async function findTender(store: Store, key: string): Promise<string | undefined> {
  try {
    const content = readFileSync(recordPath(store, key), "utf8");
    const path = tenderPath(store, content);
    return sha256(readFileSync(path)) === content ? path : undefined;
  } catch {
    return undefined;
  }
}

function tenderPath(store: Store, content: string): string {
  return store.path("tenders", content, "tender");
}

function recordPath(store: Store, key: string): string {
  return store.path("tenders", `${key}.key`);
}
