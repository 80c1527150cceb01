// The pinned compiler, which the toolchain installs by itself; here so that it happens during the
// set-up and with progress lines.
import { messageOf, StepError } from "../support/errors.ts";
import { reporting } from "../support/progress.ts";
import type { Step } from "./step.ts";

export const compilerStep: Step = {
  name: "compiler",
  async run() {
    // Imported late: the toolchain's packages are there only now.
    const { ensureCompiler } = await import("../../toolchain/src/compiler/ensure.ts");
    try {
      await reporting(this.name, (onProgress) => ensureCompiler({ onProgress }));
    } catch (error) {
      throw new StepError(messageOf(error), { cause: error });
    }
  },
};
