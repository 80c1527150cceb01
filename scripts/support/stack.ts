// The stack that `npm run up` and `npm run down` work on.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryDirectory, stateDirectory } from "./paths.ts";
import { mustCapture } from "./run.ts";

export const stackName = "dev";
const projectName = "http-server";

export function stackExists(): boolean {
  return existsSync(join(stateDirectory, ".pulumi/stacks", projectName, `${stackName}.json`));
}

/** Selects the stack, so that `pulumi` typed by hand finds it too; creates it when needed. */
export async function selectStack(environment: NodeJS.ProcessEnv): Promise<void> {
  await mustCapture("pulumi", ["stack", "select", "--create", "--non-interactive", stackName], {
    cwd: repositoryDirectory,
    env: environment,
  });
}
