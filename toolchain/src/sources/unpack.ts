// Unpacks archives with the system's tar, or with Python's zip reader, and finds their top.
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "../graph/process.ts";

/** Unpacks into a directory; returns it, or the single directory inside. */
export async function unpack(
  archive: string,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const zip = /\.(zip|whl)$/.test(archive);
  const [program, commandArguments] = zip
    ? ["python3", ["-m", "zipfile", "-e", archive, directory]]
    : ["tar", ["-xf", archive, "-C", directory, "--no-same-owner"]];
  const result = await runTool(program, commandArguments as string[], {
    directory,
    signal,
    // Python may be installed where only the user's PATH finds it.
    environment: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
  });
  if (result.status !== 0) {
    throw new Error(`${program} cannot unpack it: ${result.stderr.trim()}`);
  }
  return onlyDirectory(directory);
}

async function onlyDirectory(directory: string): Promise<string> {
  const entries = await readdir(directory);
  const [only] = entries;
  if (entries.length !== 1 || only === undefined) return directory;
  const inner = join(directory, only);
  return (await stat(inner)).isDirectory() ? inner : directory;
}
