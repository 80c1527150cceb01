// Where things are on this machine. Nothing from here may enter a hash, an image or a state.
import { homedir } from "node:os";
import { join } from "node:path";

/** The one directory that holds everything of ours: $UNIKERNEL_HOME or ~/.pulumi-unikernel. */
export function homeDirectory(): string {
  return process.env.UNIKERNEL_HOME || join(homedir(), ".pulumi-unikernel");
}

/** The directory of images and compiled objects: $UNIKERNEL_STORE, or store/ in the home. */
export function storeDirectory(): string {
  return process.env.UNIKERNEL_STORE || join(homeDirectory(), "store");
}

/** The micro-libraries that come with this toolchain. */
export const bundledLibrariesDirectory = join(import.meta.dirname, "..", "lib");
