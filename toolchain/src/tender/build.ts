// The static programs that run on the host: the tender, which runs images of the platform "linux",
// the gateway, which is its guest's network, and the supervisor, which keeps a guest's process
// running.
import { join } from "node:path";
import { bundledLibrariesDirectory } from "../home.ts";
import { hostProgramFlags, hostProgramLink } from "../programs/host.ts";
import { ensureProgram, type Program } from "../programs/program.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions } from "../types.ts";

const toolchainDirectory = join(import.meta.dirname, "..", "..");

const tender: Program = {
  name: "tender",
  sourceDirectory: join(toolchainDirectory, "tender"),
  // What the tender and the images agree on; the only header that is not its own.
  shared: {
    directory: join(bundledLibrariesDirectory, "plat-linux", "include"),
    headers: ["uk/tender-abi.h"],
  },
  compileFlags: hostProgramFlags,
  // Below the addresses of images, which it loads beside itself.
  link: hostProgramLink("--image-base=0x200000"),
};

const gateway: Program = {
  name: "gateway",
  sourceDirectory: join(toolchainDirectory, "gateway"),
  // The kernel's interface, and what stands for libc.
  shared: {
    directory: join(toolchainDirectory, "tender"),
    headers: ["bytes.h", "kernel.h", "sockets.h", "text.h"],
    sources: ["sockets.c", "start.S", "text.c"],
  },
  compileFlags: [...hostProgramFlags, '-DPROGRAM_NAME="gateway"'],
  link: hostProgramLink(),
};

const supervisor: Program = {
  name: "supervisor",
  sourceDirectory: join(toolchainDirectory, "supervisor"),
  // The kernel's interface, and what stands for libc.
  shared: {
    directory: join(toolchainDirectory, "tender"),
    headers: ["kernel.h", "text.h"],
    sources: ["start.S", "text.c"],
  },
  compileFlags: [...hostProgramFlags, '-DPROGRAM_NAME="supervisor"'],
  link: hostProgramLink(),
};

/** Returns the path of the tender, after building it when the store lacks it. */
export function ensureTender(store: Store, options: BuildOptions = {}): Promise<string> {
  return ensureProgram(tender, store, options);
}

/** The same of the gateway. */
export function ensureGateway(store: Store, options: BuildOptions = {}): Promise<string> {
  return ensureProgram(gateway, store, options);
}

/** The same of the supervisor. */
export function ensureSupervisor(store: Store, options: BuildOptions = {}): Promise<string> {
  return ensureProgram(supervisor, store, options);
}
