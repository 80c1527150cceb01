// The code with which the tender judges and loads images and command lines, compiled so that
// undefined behaviour traps, against thousands of damaged ones. More than the suite has time for:
// FUZZ_RUNS=10000000 npm test -- tests/conformance/tender-fuzz; FUZZ_SEED=N repeats a run.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { compilerAt } from "../../toolchain/src/compiler/compiler.ts";
import { ensureCompiler } from "../../toolchain/src/compiler/ensure.ts";
import { runTool } from "../../toolchain/src/graph/process.ts";
import { bundledLibrariesDirectory } from "../../toolchain/src/home.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { fuzzing } from "../support/fuzzing.ts";
import { temporaryDirectory } from "./temporary.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const tender = here("../../toolchain/tender");
const directory = temporaryDirectory();
const fuzzer = join(directory, "fuzzer");
let image: string;

beforeAll(async () => {
  const { zig, includeDirectory } = compilerAt(await ensureCompiler({}));
  const own = ["image.c", "load.c", "options.c", "text.c", "start.S"];
  const sources = [...own.map((file) => join(tender, file)), here("tender-fuzzer/main.c")];
  const flags = [
    ...["--target=x86_64-linux-musl", "--no-default-config", "-std=gnu17", "-O1"],
    ...["-ffreestanding", "-fno-pic", "-fno-pie", "-fno-stack-protector", "-mcmodel=small"],
    ...["-fsanitize=undefined,integer-divide-by-zero", "-fsanitize-trap=undefined"],
    ...["-nostdinc", "-Wall", "-Wextra", "-Werror", "-I", tender],
    ...["-I", join(bundledLibrariesDirectory, "plat-linux", "include")],
    ...["-isystem", includeDirectory],
  ];
  const objects: string[] = [];
  for (const source of sources) {
    const object = join(directory, `${objects.length}.o`);
    // The fuzzer has a fail() of its own.
    const rename = source.endsWith("/text.c") ? ["-Dfail=text_fail"] : [];
    await run(zig, ["clang", ...flags, ...rename, "-c", source, "-o", object]);
    objects.push(object);
  }
  // Where no image is loaded.
  const place = ["-m", "elf_x86_64", "-static", "-nostdlib", "--image-base=0x200000"];
  await run(zig, ["ld.lld", ...place, "-z", "noexecstack", "-o", fuzzer, ...objects]);
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

async function run(program: string, given: readonly string[]): Promise<string> {
  const result = await runTool(program, given, { directory });
  if (result.status !== 0) throw new Error(`${given.join(" ")}: ${result.stderr}`);
  return result.stdout;
}

test("damaged images and command lines are refused, or keep what was promised", async () => {
  const { numRuns, seed = Math.floor(Math.random() * 2 ** 31) } = fuzzing(20_000);
  const start = performance.now();
  const output = await run(fuzzer, [String(seed), String(numRuns), image]);
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
