// Source distributions and wheels from Python's package index, through pip: it knows the
// machine's mirrors and proxies.
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "../graph/process.ts";
import type { PypiOrigin } from "../libraries/types.ts";
import { unpack } from "./unpack.ts";

/** Downloads one file of a package without its dependencies; returns its path. */
export async function pipDownload(
  wanted: PypiOrigin,
  kind: "source" | "wheel",
  directory: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const result = await runTool(
    "python3",
    [
      "-m",
      "pip",
      "download",
      "--quiet",
      "--disable-pip-version-check",
      "--no-deps",
      // Of this package only: pip prepares a source archive with tools that the package names,
      // and to build those from their sources it would want a C compiler.
      ...(kind === "source" ? ["--no-binary", wanted.package] : ["--only-binary", ":all:"]),
      "--dest",
      directory,
      `${wanted.package}==${wanted.version}`,
    ],
    // pip's own configuration, and where Python is, come from the user's environment.
    { directory, signal, environment: process.env as Record<string, string> },
  ).catch((error: Error) => {
    if (signal?.aborted) throw error;
    throw new Error(`Python 3 with pip is needed for it (Debian: apt-get install python3-pip)`);
  });
  if (result.status !== 0) {
    if (/No module named pip/.test(result.stderr)) {
      throw new Error(`Python's pip is missing (Debian: apt-get install python3-pip)`);
    }
    throw new Error(`pip: ${complaintOf(result.stderr)}`);
  }
  const [name] = await readdir(directory);
  if (!name) throw new Error("pip downloaded nothing");
  return join(directory, name);
}

export async function fetchPypiSource(
  wanted: PypiOrigin,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const archive = await pipDownload(wanted, "source", join(directory, "download"), signal);
  const top = await unpack(archive, join(directory, "unpacked"), signal);
  return join(top, wanted.directory ?? "");
}

/** What went wrong: the first error in words; pip goes on with names for kinds of errors, and notes. */
export function complaintOf(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  return lines.find((line) => /error: \S+ /i.test(line)) ?? lines.findLast((line) => line) ?? "";
}
