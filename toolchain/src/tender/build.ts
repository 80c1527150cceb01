// The tender, the process on the host that runs images of the platform "linux": a static program.
import { join } from "node:path";
import { bundledLibrariesDirectory } from "../home.ts";
import { hostProgramFlags, hostProgramLink } from "../programs/host.ts";
import { ensureProgram, type Program } from "../programs/program.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions } from "../types.ts";

const tender: Program = {
  name: "tender",
  sourceDirectory: join(import.meta.dirname, "..", "..", "tender"),
  // What the tender and the images agree on; the only header that is not its own.
  shared: {
    directory: join(bundledLibrariesDirectory, "plat-linux", "include"),
    headers: ["uk/tender-abi.h"],
  },
  compileFlags: hostProgramFlags,
  // Below the addresses of images, which it loads beside itself.
  link: hostProgramLink("--image-base=0x200000"),
};

/** Returns the path of the tender, after building it when the store lacks it. */
export function ensureTender(store: Store, options: BuildOptions = {}): Promise<string> {
  return ensureProgram(tender, store, options);
}
