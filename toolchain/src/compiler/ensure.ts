// Where the pinned compiler is; installing it is loaded only when it is missing.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { homeDirectory } from "../home.ts";
import { markUsed } from "../store/use.ts";
import type { BuildOptions } from "../types.ts";
import { compilerPin } from "./pin.ts";

/** Written last when it is installed; holds the pin. */
export const compilerStampName = "pin.sha256";

/** Returns the compiler's directory, after installing it when it is missing. */
export async function ensureCompiler(options: BuildOptions = {}): Promise<string> {
  const tools = join(homeDirectory(), "tools");
  const directory = join(tools, `zig-${compilerPin.version}`);
  if (isInstalled(directory)) return directory;
  const { installCompiler } = await import("./install.ts");
  const { withLock } = await import("../store/lock.ts");
  return withLock(
    `${directory}.lock`,
    options.signal,
    async () => {
      if (!isInstalled(directory)) await installCompiler(directory, tools, options);
      return directory;
    },
    () => options.onProgress?.("waiting for another process that installs the compiler"),
  );
}

function isInstalled(directory: string): boolean {
  const stamp = join(directory, compilerStampName);
  markUsed(stamp);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === compilerPin.sha256;
}
