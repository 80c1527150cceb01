// Debian source packages through apt, which verifies signatures, with a configuration of its
// own: the machine's package lists and cache stay untouched, and no privileges are needed.
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "../graph/process.ts";
import type { DebianOrigin } from "../libraries/types.ts";
import { unpack } from "./unpack.ts";

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Fetches the upstream part (`.orig`) of a source package and unpacks it. */
export async function fetchDebianSource(
  origin: DebianOrigin,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const mirror = machineMirror();
  if (!mirror) throw new Error("this machine's apt names no Debian mirror");
  const apt = join(directory, "apt");
  const downloads = join(directory, "download");
  for (const path of ["state/lists/partial", "cache/archives/partial", "parts"]) {
    await mkdir(join(apt, path), { recursive: true });
  }
  await mkdir(downloads, { recursive: true });
  await writeFile(
    join(apt, "sources.list"),
    `deb-src [signed-by=${keyring}] ${mirror} ${origin.suite} main\n`,
  );
  await writeFile(join(apt, "status"), "");
  const settings = [
    `Dir::Etc::sourcelist=${apt}/sources.list`,
    `Dir::Etc::sourceparts=${apt}/parts`,
    `Dir::State=${apt}/state`,
    `Dir::State::status=${apt}/status`,
    `Dir::Cache=${apt}/cache`,
    // Hooks of the machine's configuration (package lists, snapshots) have no business here.
    "APT::Update::Post-Invoke-Success=",
    "APT::Sandbox::User=",
    "Acquire::http::Timeout=10",
    "Acquire::https::Timeout=10",
    "Acquire::Retries=2",
    "Acquire::Languages=none",
  ].flatMap((setting) => ["-o", setting]);
  const get = async (...commandArguments: string[]) => {
    const result = await runTool("apt-get", ["-q", ...settings, ...commandArguments], {
      directory: downloads,
      signal,
      // Proxies come from the environment.
      environment: { ...(process.env as Record<string, string>), LC_ALL: "C" },
    });
    return result.status === 0 ? undefined : `apt-get ${commandArguments[0]}: ${errors(result)}`;
  };
  const updateFailure = await get("update");
  if (updateFailure) throw new Error(updateFailure);
  const exact = await get("source", "--download-only", `${origin.package}=${origin.version}`);
  // A suite keeps one version; a newer packaging of the same release will still match the pin.
  const failure = exact && (await get("source", "--download-only", origin.package));
  if (failure) throw new Error(failure);
  const original = (await readdir(downloads)).find((name) => /\.orig\.tar\.\w+$/.test(name));
  if (!original) throw new Error(`${origin.package} has no .orig archive`);
  return unpack(join(downloads, original), join(directory, "unpacked"), signal);
}

function errors(result: { readonly stdout: string; readonly stderr: string }): string {
  const lines = `${result.stdout}\n${result.stderr}`
    .split("\n")
    .filter((line) => line.startsWith("E:"));
  return lines.join(" ") || result.stderr.trim();
}

/** The first Debian mirror in the machine's apt configuration, in either of its formats. */
function machineMirror(): string | undefined {
  const texts: string[] = [];
  const read = (path: string) => {
    try {
      texts.push(readFileSync(path, "utf8"));
    } catch {
      // A machine has one of the formats, or none.
    }
  };
  read("/etc/apt/sources.list");
  try {
    for (const name of readdirSync("/etc/apt/sources.list.d").sort()) {
      if (/\.(list|sources)$/.test(name)) read(join("/etc/apt/sources.list.d", name));
    }
  } catch {
    // No such directory: sources.list alone.
  }
  return texts.flatMap(mirrors)[0];
}

/** Debian's main archives that a sources file names. */
export function mirrors(sourcesFile: string): string[] {
  return sourcesFile
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => /^https?:\/\/\S+\/debian\/?$/.test(word));
}
