// The value that gives overrun arrays away is random: no two boots of an image have the same.
import { expect, test } from "vitest";
import { libraryTestRequest } from "../../toolchain/src/apps/library-test.ts";
import { bundledLibrariesDirectory } from "../../toolchain/src/home.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { LibraryRegistry } from "../../toolchain/src/libraries/registry.ts";
import { readRuns, runProgram } from "./guest-program.ts";

const BOOTS = 4;
const TIMEOUT_MS = 60_000;

test.each(["microvm", "linux"])(
  "boots on %s have canaries of their own",
  async (machine) => {
    const run = readRuns(`// machines: ${machine}\n`)[0];
    if (run === undefined) throw new Error(`no run on ${machine}`);
    const registry = new LibraryRegistry(bundledLibrariesDirectory);
    const request = libraryTestRequest(registry, "plat", "canary.c", { platform: run.platform });
    const image = (await buildImage(await planImage(request), openStore())).path;
    const seen = new Set<string>();
    for (let boot = 0; boot < BOOTS; boot++) {
      const { console } = await runProgram(image, run, TIMEOUT_MS);
      seen.add(/^canary (0x[0-9a-f]{16})\r?$/m.exec(console)?.[1] ?? `none in ${console}`);
    }
    expect([...seen].filter((value) => /^0x[0-9a-f]{14}00$/.test(value))).toHaveLength(BOOTS);
  },
  600_000,
);
