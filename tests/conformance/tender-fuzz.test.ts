// The code with which the tender judges and loads images and command lines, compiled so that
// undefined behaviour traps, against thousands of damaged ones. More than the suite has time for:
// FUZZ_RUNS=10000000 npm test -- tests/conformance/tender-fuzz; FUZZ_SEED=N repeats a run.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { bundledLibrariesDirectory } from "../../toolchain/src/home.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { buildFuzzer, runProgram } from "../support/fuzzer.ts";
import { fuzzing } from "../support/fuzzing.ts";
import { temporaryDirectory } from "./temporary.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const tender = here("../../toolchain/tender");
const directory = temporaryDirectory();
let fuzzer: string;
let image: string;

beforeAll(async () => {
  const own = ["image.c", "load.c", "options.c", "text.c", "start.S"];
  fuzzer = await buildFuzzer({
    directory,
    sources: [...own.map((file) => join(tender, file)), here("tender-fuzzer/main.c")],
    include: [tender, join(bundledLibrariesDirectory, "plat-linux", "include")],
    // The fuzzer has a fail() of its own.
    flagsOf: (source) => (source.endsWith("/text.c") ? ["-Dfail=text_fail"] : []),
  });
  const plan = await planImage({
    app: here("../../examples/hello"),
    libraries: [],
    options: {},
    optimize: "size",
    platform: "linux",
    architecture: "x86_64",
  });
  image = (await buildImage(plan, openStore())).path;
}, 600_000);

test("damaged images and command lines are refused, or keep what was promised", async () => {
  const { numRuns, seed = Math.floor(Math.random() * 2 ** 31) } = fuzzing(20_000);
  const start = performance.now();
  const output = await runProgram(fuzzer, [String(seed), String(numRuns), image], directory);
  const count = (what: string) => Number(new RegExp(`^${what} (\\d+)$`, "m").exec(output)?.[1]);
  console.log(
    `FUZZ_SEED=${seed} FUZZ_RUNS=${numRuns}, ${Math.round(performance.now() - start)} ms:\n${output}`,
  );
  // Both sides of every decision were seen.
  expect(count("images accepted")).toBeGreaterThan(numRuns / 100);
  expect(count("images refused")).toBeGreaterThan(numRuns / 100);
  expect(count("command lines accepted")).toBeGreaterThan(numRuns / 100);
  expect(count("command lines refused")).toBeGreaterThan(numRuns / 100);
});
