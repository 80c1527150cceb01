// Packages of the npm registry, through npm: it knows the machine's mirrors and proxies. Nothing
// of a package is run.
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "../graph/process.ts";
import type { NpmOrigin } from "../libraries/types.ts";
import { unpack } from "./unpack.ts";

export async function fetchNpmSource(
  wanted: NpmOrigin,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const downloads = join(directory, "download");
  await mkdir(downloads, { recursive: true });
  const specification = `${wanted.package}@${wanted.version}`;
  const options = ["--ignore-scripts", "--silent", "--pack-destination", downloads];
  const result = await runTool("npm", ["pack", ...options, specification], {
    directory: downloads,
    signal,
    // npm's own configuration, and where it is, come from the user's environment.
    environment: process.env as Record<string, string>,
  }).catch((error: Error) => {
    if (signal?.aborted) throw error;
    throw new Error("npm is needed for it; it comes with Node");
  });
  const [archive] = await readdir(downloads);
  if (result.status !== 0 || archive === undefined) {
    throw new Error(`npm: ${result.stderr.trim().split("\n")[0] || `no ${specification}`}`);
  }
  const top = await unpack(join(downloads, archive), join(directory, "unpacked"), signal);
  return join(top, wanted.directory ?? "");
}
