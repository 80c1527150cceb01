// What stands in for Google Cloud Storage in tests, built from a pinned Go module.
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { repositoryDirectory, toolsDirectory } from "../support/paths.ts";
import { during, report } from "../support/progress.ts";
import { mustCapture } from "../support/run.ts";
import { findOrFetchGo } from "./go.ts";
import type { Step } from "./step.ts";

const module = join(repositoryDirectory, "scripts/go/fake-gcs-server");
const program = "fake-gcs-server";
const version = "1.52.2";
export const cloudStorageProgram = join(toolsDirectory, `${program}-${version}`, program);

async function build(): Promise<void> {
  await mkdir(toolsDirectory, { recursive: true });
  const scratch = await mkdtemp(join(toolsDirectory, `.${program}-`));
  try {
    const go = await findOrFetchGo(scratch);
    const fresh = join(scratch, "fresh");
    const output = ["-o", join(fresh, program), "github.com/fsouza/fake-gcs-server"];
    await mustCapture(
      go.program,
      ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", ...output],
      {
        cwd: module,
        env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", ...go.environment },
      },
    );
    await rename(fresh, join(toolsDirectory, `${program}-${version}`));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Where it cannot be had, the tests that need it are skipped and say why. */
export const cloudStorageStep: Step = {
  name: "cloud storage",
  async run() {
    const isThere = await stat(cloudStorageProgram).catch(() => undefined);
    if (isThere !== undefined) return;
    try {
      const message = `building ${program} ${version} for tests from Go modules (about a minute, once)`;
      await during(this.name, message, build);
    } catch (error) {
      report(this.name, `not built: ${(error as Error).message}`);
    }
  },
};
