// Runs the test programs of micro-libraries as guests of a Xen host, as their comments ask.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { libraryTestRequest, listLibraryTests } from "../../toolchain/src/apps/library-test.ts";
import { bundledLibrariesDirectory } from "../../toolchain/src/home.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { LibraryRegistry } from "../../toolchain/src/libraries/registry.ts";
import { NestedXen, whyNoXen } from "../support/xen/nested-xen.ts";
import { mismatch, readRuns } from "./guest-program.ts";
import { runXenProgram } from "./xen-program.ts";

/** The first program of all may have to fetch and compile libc. */
const BUILD_TIMEOUT_MS = 600_000;
const RUN_TIMEOUT_MS = 60_000;

const registry = new LibraryRegistry(bundledLibrariesDirectory);
const missing = whyNoXen();
let host: NestedXen | undefined;

beforeAll(async () => {
  if (missing === undefined) host = await NestedXen.start();
});
afterAll(() => host?.stop());

const programs = listLibraryTests(registry)
  .map(({ library, file }) => {
    const source = readFileSync(join(registry.root, library, "test", file), "utf8");
    const runs = readRuns(source).filter(({ platform }) => platform === "xen");
    return {
      library,
      file,
      runs: runs.map((run) => ({ ...run, given: run.arguments.join(" ") })),
    };
  })
  .filter(({ runs }) => runs.length > 0);

describe.each(programs)("$library/test/$file", ({ library, file, runs }) => {
  let image = "";

  beforeAll(async () => {
    if (missing !== undefined || runs.every(({ skip }) => skip !== undefined)) return;
    const request = libraryTestRequest(registry, library, file, { platform: "xen" });
    image = (await buildImage(await planImage(request), openStore())).path;
  }, BUILD_TIMEOUT_MS);

  test.for(runs)("on Xen $given", { timeout: RUN_TIMEOUT_MS + 10_000 }, async (run, context) => {
    if (run.skip !== undefined) context.skip(run.skip);
    if (host === undefined) return context.skip(missing ?? "the Xen host did not start");
    const result = await runXenProgram(host, image, run, RUN_TIMEOUT_MS);
    for (const expectation of run.expectations) {
      expect(mismatch(result, expectation)).toBeUndefined();
    }
  });
});
