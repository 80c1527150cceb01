// `npm run down`: stops and removes everything `npm run up` made.
import { setUp } from "../steps/index.ts";
import { pulumiEnvironment } from "../support/environment.ts";
import { repositoryDirectory } from "../support/paths.ts";
import { inFront } from "../support/run.ts";
import { stackExists, stackName } from "../support/stack.ts";
import type { Command } from "./command.ts";

export const down: Command = {
  help: "stops and removes what `up` made",
  async run(commandArguments) {
    if (!stackExists()) {
      console.log("nothing is up");
      return 0;
    }
    await setUp();
    return inFront(
      "pulumi",
      [
        ...["destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", stackName],
        ...["--suppress-progress", ...commandArguments],
      ],
      { cwd: repositoryDirectory, env: await pulumiEnvironment() },
    );
  },
};
