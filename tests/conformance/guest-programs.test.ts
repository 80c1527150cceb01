// Runs the test programs of all micro-libraries inside virtual machines and sandboxes, as their
// comments ask; xen-guests.test.ts runs them on Xen.
import { beforeAll, describe, expect, test } from "vitest";
import { libraryTestRequest } from "../../toolchain/src/apps/library-test.ts";
import { bundledLibrariesDirectory } from "../../toolchain/src/home.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { LibraryRegistry } from "../../toolchain/src/libraries/registry.ts";
import { mismatch, runProgram, testPrograms } from "./guest-program.ts";

/** The first program of all may have to fetch and compile libc. */
const BUILD_TIMEOUT_MS = 600_000;
const RUN_TIMEOUT_MS = 60_000;

const registry = new LibraryRegistry(bundledLibrariesDirectory);

const programs = testPrograms(registry, (platform) => platform !== "xen");

describe.each(programs)("$library/test/$file", ({ library, file, runs }) => {
  const images = new Map<string, string>();

  beforeAll(async () => {
    const run = runs.filter(({ skip }) => skip === undefined);
    for (const platform of new Set(run.map((one) => one.platform))) {
      const plan = await planImage(libraryTestRequest(registry, library, file, { platform }));
      images.set(platform, (await buildImage(plan, openStore())).path);
    }
  }, BUILD_TIMEOUT_MS);

  test.for(runs)(
    "on $machine $virtio $given",
    { timeout: RUN_TIMEOUT_MS + 10_000 },
    async (run, context) => {
      if (run.skip !== undefined) context.skip(run.skip);
      const image = images.get(run.platform) ?? "";
      const result = await runProgram(image, run, RUN_TIMEOUT_MS);
      for (const expectation of run.expectations) {
        expect(mismatch(result, expectation)).toBeUndefined();
      }
    },
  );
});
