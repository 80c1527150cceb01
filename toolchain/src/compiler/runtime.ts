// compiler-rt: the functions that compiled code may call without naming them (128-bit division
// and its like). Built once from the compiler's own sources, as an archive in the store.

import { readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runAction } from "../graph/action.ts";
import { archivePath, isArchiveIntact } from "../graph/archive.ts";
import { keyOf, sha256 } from "../graph/hash.ts";
import { runTool } from "../graph/process.ts";
import { publish, withTemporary, writeAtomically } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions } from "../types.ts";
import type { Compiler } from "./compiler.ts";
import { compilerIdentity } from "./pin.ts";

const buildArguments: readonly string[] = [
  "build-lib",
  "-target",
  "x86_64-freestanding-none",
  "-mcpu=x86_64",
  "-O",
  "ReleaseSmall",
  "-fstrip",
  "-fno-stack-check",
  "-fno-PIC",
  "-ffunction-sections",
  "-fdata-sections",
];

const action = { kind: "archive", name: "compiler runtime", scope: "" } as const;

/** Returns the SHA-256 of the archive, which is then in the store. */
export async function ensureRuntime(
  store: Store,
  compiler: Compiler,
  options: BuildOptions,
): Promise<string> {
  const record = store.path(
    "archives",
    `${keyOf("compiler-runtime", compilerIdentity, [...buildArguments])}.key`,
  );
  const known = await findRecorded(store, record);
  if (known) return known;
  return store.lock("compiler-runtime", options.signal, async () => {
    const made = await findRecorded(store, record);
    if (made) return made;
    options.onProgress?.("compiling the compiler's runtime");
    const inputs = { compiler: compilerIdentity, "compiler's flags": buildArguments.join(" ") };
    return runAction(store, options, action, async () => ({
      result: await buildRuntime(store, compiler, record, options),
      inputs,
    }));
  });
}

/** Returns the SHA-256 of the archive, after writing it down in the record. */
function buildRuntime(
  store: Store,
  compiler: Compiler,
  record: string,
  options: BuildOptions,
): Promise<string> {
  return withTemporary(store.temporaryDirectory, "runtime", async (directory) => {
    await mkdir(directory);
    const result = await runTool(
      compiler.zig,
      [
        ...buildArguments,
        "-femit-bin=runtime.a",
        join(compiler.directory, "lib", "compiler_rt.zig"),
      ],
      {
        directory,
        signal: options.signal,
        environment: {
          ZIG_GLOBAL_CACHE_DIR: join(directory, "global"),
          ZIG_LOCAL_CACHE_DIR: join(directory, "local"),
        },
      },
    );
    if (result.status !== 0) {
      throw new Error(`cannot build the compiler's runtime: ${result.stderr.trim()}`);
    }
    const archive = join(directory, "runtime.a");
    const sha = sha256(await readFile(archive));
    await publish(archive, archivePath(store, sha));
    await writeAtomically(store.temporaryDirectory, record, sha);
    return sha;
  });
}

async function findRecorded(store: Store, record: string): Promise<string | undefined> {
  try {
    const sha = readFileSync(record, "utf8");
    return isArchiveIntact(store, record, sha) ? sha : undefined;
  } catch {
    return undefined;
  }
}
