import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { writeLibraries } from "./libraries/test-support.ts";
import { completePlan, detailsOf, planImage } from "./plan.ts";
import { resolveRequest } from "./resolve.ts";
import type { ImageRequest } from "./types.ts";

vi.mock("./resolve.ts", async (original) => {
  const real = await original<typeof import("./resolve.ts")>();
  return { ...real, resolveRequest: vi.fn(real.resolveRequest) };
});

const choices = `config PLATFORM_KVM
	bool "KVM"
config ARCH_X86_64
	bool "x86_64"
config OPTIMIZE_SPEED
	bool "Speed"
config SIZE
	int "Size"
	default 1
`;

let home: string;
let app: string;
let librariesDirectory: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "unikernel-home-"));
  app = mkdtempSync(join(tmpdir(), "unikernel-app-"));
  vi.stubEnv("UNIKERNEL_HOME", home);
  writeFileSync(join(app, "main.c"), "int main(void) { return 0; }\n");
  librariesDirectory = writeLibraries(choices, { musl: "", extra: "" }).root;
});

afterEach(() => {
  vi.unstubAllEnvs();
  for (const path of [home, app]) rmSync(path, { recursive: true });
});

const plan = (change: Partial<ImageRequest> = {}) =>
  planImage(
    {
      app,
      libraries: [],
      options: {},
      optimize: "speed",
      platform: "kvm",
      architecture: "x86_64",
      ...change,
    },
    { librariesDirectory },
  );

test("what was planned before is looked up, and completed when it has to be built", async () => {
  const first = await plan();
  const second = await plan();
  expect(second).toEqual(first);
  expect(() => detailsOf(second)).toThrow("has not been completed");
  await completePlan(second);
  expect(detailsOf(second).libraries.map(({ name }) => name)).toEqual(["musl"]);
  expect(detailsOf(second).libraries).toHaveLength(detailsOf(first).libraries.length);
});

test("whatever decides about a plan makes it a new one", async () => {
  const hashes = new Set<string>();
  const expectNew = async (change: Partial<ImageRequest> = {}) => {
    const { sourceHash } = await plan(change);
    expect(hashes).not.toContain(sourceHash);
    hashes.add(sourceHash);
  };
  await expectNew();
  await expectNew({ libraries: ["extra"] });
  await expectNew({ options: { SIZE: 2 } });
  writeFileSync(join(app, "main.c"), "int main(void) { return 1; }\n");
  await expectNew();
  writeFileSync(join(app, "more.h"), "");
  await expectNew();
  writeFileSync(join(librariesDirectory, "musl/more.h"), "");
  await expectNew();
  writeFileSync(join(librariesDirectory, "Kconfig"), `${choices}rsource "*/Kconfig"\n# more\n`);
  await plan();
  writeFileSync(
    join(librariesDirectory, "Kconfig"),
    `${choices.replace("default 1", "default 3")}rsource "*/Kconfig"\n`,
  );
  await expectNew();
});

test("an edit of the application resolves nothing again, and its mistakes are told", async () => {
  const first = await plan();
  vi.mocked(resolveRequest).mockClear();
  writeFileSync(join(app, "main.c"), "int main(void) { return 1; }\n");
  const edited = await plan();
  expect(edited.sourceHash).not.toBe(first.sourceHash);
  expect(edited).toEqual({ ...first, sourceHash: edited.sourceHash });
  expect(detailsOf(edited).resolution).toEqual(detailsOf(first).resolution);
  rmSync(join(app, "main.c"));
  await expect(plan()).rejects.toThrow("no C source");
  expect(resolveRequest).not.toHaveBeenCalled();
  await expect(plan({ options: { SIZE: 2 } })).rejects.toThrow("no C source");
  expect(resolveRequest).toHaveBeenCalledOnce();
});

test("a plan is not completed with libraries that have changed since", async () => {
  await plan();
  const again = await plan();
  writeFileSync(join(librariesDirectory, "musl/more.h"), "");
  await expect(completePlan(again)).rejects.toThrow("changed while the image was being built");
});

test("a plan of other origin is refused", () => {
  const foreign = {} as Awaited<ReturnType<typeof plan>>;
  expect(() => detailsOf(foreign)).toThrow("not made by planImage");
});
