// The kinds of places that third-party sources come from, behind one function.
import type { Origin } from "../libraries/types.ts";
import { fetchDebianSource } from "./debian.ts";
import { fetchNpmSource } from "./npm.ts";
import { fetchPypiSource } from "./pypi.ts";
import { fetchUrlSource } from "./url.ts";

/** Fetches and unpacks into `directory`; returns the top directory of what was unpacked. */
export async function fetchOrigin(
  origin: Origin,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  if ("debian" in origin) return fetchDebianSource(origin.debian, directory, signal);
  if ("npm" in origin) return fetchNpmSource(origin.npm, directory, signal);
  if ("pypi" in origin) return fetchPypiSource(origin.pypi, directory, signal);
  return fetchUrlSource(origin.url, directory, signal);
}

/** For progress and error messages. */
export function describeOrigin(origin: Origin): string {
  if ("debian" in origin) {
    return `Debian ${origin.debian.suite} (${origin.debian.package} ${origin.debian.version})`;
  }
  if ("npm" in origin) return `npm (${origin.npm.package} ${origin.npm.version})`;
  if ("pypi" in origin) return `PyPI (${origin.pypi.package} ${origin.pypi.version})`;
  return origin.url;
}
