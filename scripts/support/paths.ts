// Where things are: in the repository, and in the one directory of ours on this machine.
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const repositoryDirectory = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** `$UNIKERNEL_HOME`, shared by every checkout and stack of this user. */
export const homeDirectory = resolve(
  process.env.UNIKERNEL_HOME ?? join(homedir(), ".pulumi-unikernel"),
);
export const toolsDirectory = join(homeDirectory, "tools");

/** What belongs to this checkout alone: Pulumi's state and the key of its secrets. */
export const localDirectory = join(repositoryDirectory, ".unikernel");
export const stateDirectory = join(localDirectory, "state");
export const stackConfigDirectory = join(localDirectory, "stacks");
export const passphraseFile = join(localDirectory, "passphrase");
