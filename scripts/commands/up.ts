// `npm run up`: builds the example, boots it and prints where it answers.
import { setUp } from "../steps/index.ts";
import { prepareBackend, pulumiEnvironment } from "../support/environment.ts";
import { StepError } from "../support/errors.ts";
import { repositoryDirectory } from "../support/paths.ts";
import { inFront, mustCapture } from "../support/run.ts";
import { selectStack, stackExists, stackName } from "../support/stack.ts";
import type { Command } from "./command.ts";

const shownOutputs = ["url", "digest", "sizeBytes", "firstResponseMs"] as const;

export function summaryLines(outputs: Readonly<Record<string, unknown>>): string[] {
  return shownOutputs.map((name) => {
    const value = outputs[name];
    if (value === undefined) throw new StepError(`the stack has no output "${name}"`);
    return `${name}: ${value}`;
  });
}

export const up: Command = {
  help: "builds the example, boots it, waits until it answers",
  async run(commandArguments) {
    await setUp();
    await prepareBackend();
    const options = { cwd: repositoryDirectory, env: await pulumiEnvironment() };
    if (!stackExists()) await selectStack(options.env);
    // --refresh: a guest that died meanwhile is noticed and started again.
    const status = await inFront(
      "pulumi",
      [
        ...[
          "up",
          "--yes",
          "--skip-preview",
          "--refresh",
          "--non-interactive",
          "--stack",
          stackName,
        ],
        ...["--suppress-outputs", "--suppress-progress", ...commandArguments],
      ],
      options,
    );
    if (status !== 0) return status;
    const outputs = await mustCapture(
      "pulumi",
      ["stack", "output", "--json", "--non-interactive", "--stack", stackName],
      options,
    );
    console.log(summaryLines(JSON.parse(outputs)).join("\n"));
    return 0;
  },
};
