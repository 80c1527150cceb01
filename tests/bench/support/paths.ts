// Where a benchmark finds the repository, its caches and the peers to compare with.
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export const repository = join(import.meta.dirname, "../../..");

export function cacheDirectory(): string {
  const home = process.env.UNIKERNEL_HOME ?? join(homedir(), ".pulumi-unikernel");
  const directory = join(home, "cache", "bench");
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** A peer's image beside the repository, or undefined where there is none. */
export function peer(file: string): string | undefined {
  const path = join(process.env.PEERS ?? join(repository, "../shared/peers"), file);
  return existsSync(path) ? path : undefined;
}
