// Versions that enter every sourceHash.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Version of this toolchain, as in its package.json. */
export const toolchainVersion: string = (
  JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8")) as {
    version: string;
  }
).version;

/** Raised whenever the builder makes other bytes out of the same inputs, flags aside. */
export const buildFormat = 2;
