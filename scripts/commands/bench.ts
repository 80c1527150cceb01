// `npm run bench -- --group main [--json FILE]`: hands over to the runner in tests/bench.
import { setUp } from "../steps/index.ts";
import { pulumiEnvironment } from "../support/environment.ts";
import { repositoryDirectory } from "../support/paths.ts";
import { inFront } from "../support/run.ts";
import type { Command } from "./command.ts";

export const bench: Command = {
  help: "runs benchmarks: --group NAME, --json FILE",
  async run(commandArguments) {
    await setUp();
    return inFront(process.execPath, ["tests/bench/main.ts", ...commandArguments], {
      cwd: repositoryDirectory,
      env: await pulumiEnvironment(),
    });
  },
};
