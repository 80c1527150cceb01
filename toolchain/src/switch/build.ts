// The switch, the process on the host that connects the guests of one network: a static program.
import { join } from "node:path";
import { hostProgramFlags, hostProgramLink } from "../programs/host.ts";
import { ensureProgram, type Program } from "../programs/program.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions } from "../types.ts";

const toolchainDirectory = join(import.meta.dirname, "..", "..");

const networkSwitch: Program = {
  name: "switch",
  sourceDirectory: join(toolchainDirectory, "switch"),
  // The kernel's interface, and what stands for libc.
  shared: {
    directory: join(toolchainDirectory, "tender"),
    headers: ["bytes.h", "kernel.h", "sockets.h", "text.h"],
    sources: ["sockets.c", "start.S", "text.c"],
  },
  compileFlags: [...hostProgramFlags, '-DPROGRAM_NAME="switch"'],
  link: hostProgramLink(),
};

/** Returns the path of the switch, after building it when the store lacks it. */
export function ensureSwitch(store: Store, options: BuildOptions = {}): Promise<string> {
  return ensureProgram(networkSwitch, store, options);
}
