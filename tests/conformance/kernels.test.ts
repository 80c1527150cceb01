// A kernel that is built already as an application: taken as it is, booted like any other.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sha256File } from "../../toolchain/src/graph/hash.ts";
import { buildImage, type ImageRequest, openStore, planImage } from "../../toolchain/src/index.ts";
import { readRuns, runProgram } from "./guest-program.ts";

const directory = mkdtempSync(join(tmpdir(), "kernels-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const defaults: Omit<ImageRequest, "app"> = {
  libraries: [],
  options: {},
  optimize: "speed",
  platform: "kvm",
  architecture: "x86_64",
};

async function build(request: ImageRequest) {
  return buildImage(await planImage(request), openStore());
}

const built = join(directory, "built.elf");

test("has the digest of its file, and boots", { timeout: 120_000 }, async () => {
  const app = join(import.meta.dirname, "../../examples/hello");
  const original = await build({ ...defaults, app });
  copyFileSync(original.path, built);
  const symbols = sha256File(original.symbolsPath);
  const plan = await planImage({ ...defaults, app: built });
  const image = await buildImage(plan, openStore());
  expect(image.manifest.digest).toBe(original.manifest.digest);
  expect(image.manifest.libraries).toEqual([]);
  expect(plan.sourceHash).not.toBe(original.manifest.sourceHash);
  const [run] = readRuns("// machines: microvm\n");
  if (!run) throw new Error("no run");
  const result = await runProgram(image.path, run, 30_000);
  expect(result.console).toMatch(/hello/i);
  // Symbols of the build stay: a crash of either is told in functions' names.
  expect(sha256File(image.symbolsPath)).toBe(symbols);
});

test.each([
  [{ libraries: ["lwip"] }, "libraries: .*built.elf is a kernel already .* remove the libraries"],
  [{ options: { LIB_LWIP: true } }, "options: .* remove the options"],
  [{ platform: "xen" }, 'platform: .*built.elf is a kernel for "kvm", not "xen"'],
] as const)("refuses %j", async (change, message) => {
  await expect(planImage({ ...defaults, app: built, ...change })).rejects.toThrow(
    new RegExp(message),
  );
});

test("refuses a file that is neither a kernel nor a program", async () => {
  const app = join(directory, "text");
  writeFileSync(app, "no program");
  await expect(planImage({ ...defaults, app })).rejects.toThrow(`app: ${app} is no ELF file`);
});
