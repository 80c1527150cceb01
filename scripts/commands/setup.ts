// `npm run setup`: brings everything the other commands need, and nothing else.
import { setUp } from "../steps/index.ts";
import { report } from "../support/progress.ts";
import type { Command } from "./command.ts";

export const setup: Command = {
  help: "installs what is missing: npm packages, QEMU, the compiler, Pulumi",
  async run() {
    await setUp();
    report("done", "everything is there");
    return 0;
  },
};
