// Static programs for Linux, built for it by an ordinary compiler, run in guests as they are.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compilerAt } from "../../toolchain/src/compiler/compiler.ts";
import { ensureCompiler } from "../../toolchain/src/compiler/ensure.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { mismatch, readRuns, runProgram } from "./guest-program.ts";

const BUILD_TIMEOUT_MS = 600_000;
const RUN_TIMEOUT_MS = 60_000;

const sources = join(import.meta.dirname, "linux-programs");
const directory = mkdtempSync(join(tmpdir(), "linux-programs-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** With musl at an address of its own; with glibc, which the system's compiler brings. */
const kinds = {
  musl: { system: false, flags: ["-target", "x86_64-linux-musl", "-static"] },
  glibc: { system: true, flags: ["-static", "-pthread"] },
  "glibc, static-pie": { system: true, flags: ["-static-pie", "-pthread"] },
} as const;

async function compile(name: string, kind: keyof typeof kinds): Promise<string> {
  const { system, flags } = kinds[kind];
  const program = join(directory, `${name} of ${kind}`);
  const last = ["-O2", ...flags, "-o", program, join(sources, `${name}.c`)];
  if (system) execFileSync("cc", last);
  else execFileSync(compilerAt(await ensureCompiler({})).zig, ["cc", ...last]);
  return program;
}

const hasSystemCompiler = spawnSync("cc", ["--version"]).status === 0;

async function imageOf(app: string): Promise<string> {
  const plan = await planImage({
    app,
    libraries: [],
    options: {},
    optimize: "speed",
    platform: "kvm",
    architecture: "x86_64",
  });
  return (await buildImage(plan, openStore())).path;
}

describe.each([
  ["start", "musl"],
  ["start", "glibc"],
  ["start", "glibc, static-pie"],
  ["memory", "musl"],
  ["memory", "glibc, static-pie"],
  ["threads", "musl"],
  ["threads", "glibc"],
  ["signals", "musl"],
  ["signals", "glibc, static-pie"],
] as const)("%s.c, %s", (name, kind) => {
  const isSkipped = kinds[kind].system && !hasSystemCompiler;
  let image = "";
  beforeAll(async () => {
    if (!isSkipped) image = await imageOf(await compile(name, kind));
  }, BUILD_TIMEOUT_MS);

  test.for(readRuns(readFileSync(join(sources, `${name}.c`), "utf8")))(
    "on $machine $arguments",
    { timeout: RUN_TIMEOUT_MS + 10_000 },
    async (run, context) => {
      if (isSkipped) context.skip("there is no C compiler (cc) on this machine");
      const result = await runProgram(image, run, RUN_TIMEOUT_MS);
      for (const expectation of run.expectations) {
        expect(mismatch(result, expectation)).toBeUndefined();
      }
    },
  );
});
