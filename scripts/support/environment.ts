// The environment in which Pulumi runs for this checkout: our tools in front of PATH, and nothing
// of the user's that would point it to another backend or another key.
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname } from "node:path";
import { pulumiDirectory } from "../steps/pulumi.ts";
import { homeDirectory, passphraseFile, stackConfigDirectory, stateDirectory } from "./paths.ts";

/** These would override Pulumi.yaml's backend or our passphrase file. */
export const variablesToUnset = ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"] as const;

/** Variables to set so that `pulumi` works in the repository's root. Needs a finished set-up. */
export async function pulumiVariables(): Promise<Readonly<Record<string, string>>> {
  const front = [await pulumiDirectory(), dirname(process.execPath)];
  const path = (process.env.PATH ?? "").split(delimiter);
  const added = front.filter((entry) => entry !== undefined && entry !== "" && path[0] !== entry);
  return {
    PATH: [...added, ...path].join(delimiter),
    UNIKERNEL_HOME: homeDirectory,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "1",
  };
}

export async function pulumiEnvironment(): Promise<NodeJS.ProcessEnv> {
  const environment: NodeJS.ProcessEnv = { ...process.env };
  for (const name of variablesToUnset) delete environment[name];
  return { ...environment, ...(await pulumiVariables()) };
}

/** The state's directory and the key of its secrets; what exists is left alone. */
export async function prepareBackend(): Promise<void> {
  await mkdir(stateDirectory, { recursive: true });
  await mkdir(stackConfigDirectory, { recursive: true });
  const passphrase = randomBytes(32).toString("hex");
  await writeFile(passphraseFile, passphrase, { mode: 0o600, flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
}
