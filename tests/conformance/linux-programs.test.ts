// Static programs for Linux, built for it by an ordinary compiler, run in guests as they are.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
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

const isThere = (command: string, argument: string) => spawnSync(command, [argument]).status === 0;
const without = {
  cc: isThere("cc", "--version") ? undefined : "there is no C compiler (cc) on this machine",
  go: isThere("go", "version") ? undefined : "there is no Go (go) on this machine",
};

interface Kind {
  /** Why it cannot be built here. */
  readonly skip?: string | undefined;
  build(name: string, program: string): void | Promise<void>;
}

/** glibc comes with the system's compiler, musl with the pinned one. */
const kinds = {
  "C with musl": {
    async build(name, program) {
      const { zig } = compilerAt(await ensureCompiler({}));
      const target = ["-target", "x86_64-linux-musl", "-static", "-O2"];
      execFileSync(zig, ["cc", ...target, "-o", program, join(sources, name)]);
    },
  },
  "C with glibc": withGlibc("-static"),
  "C with glibc, static-PIE": withGlibc("-static-pie"),
  Go: {
    skip: without.go,
    build(name, program) {
      execFileSync("go", ["build", "-o", program, "."], {
        cwd: dirname(join(sources, name)),
        env: { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOARCH: "amd64" },
      });
    },
  },
} as const satisfies Readonly<Record<string, Kind>>;

function withGlibc(link: string): Kind {
  return {
    skip: without.cc,
    build(name, program) {
      execFileSync("cc", [link, "-O2", "-pthread", "-o", program, join(sources, name)]);
    },
  };
}

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

const programs = [
  ["start.c", "C with musl"],
  ["start.c", "C with glibc"],
  ["start.c", "C with glibc, static-PIE"],
  ["memory.c", "C with musl"],
  ["memory.c", "C with glibc, static-PIE"],
  ["threads.c", "C with musl"],
  ["threads.c", "C with glibc"],
  ["signals.c", "C with musl"],
  ["signals.c", "C with glibc, static-PIE"],
  ["privileges.c", "C with musl"],
  ["go/main.go", "Go"],
] as const;

describe.each(programs)("%s: %s", (name, kindName) => {
  const kind: Kind = kinds[kindName];
  let image = "";
  beforeAll(async () => {
    if (kind.skip !== undefined) return;
    const program = join(directory, `${basename(name)} of ${kindName}`);
    await kind.build(name, program);
    image = await imageOf(program);
  }, BUILD_TIMEOUT_MS);

  test.for(readRuns(readFileSync(join(sources, name), "utf8")))(
    "on $machine $arguments",
    { timeout: RUN_TIMEOUT_MS + 10_000 },
    async (run, context) => {
      if (kind.skip !== undefined) context.skip(kind.skip);
      const result = await runProgram(image, run, RUN_TIMEOUT_MS);
      for (const expectation of run.expectations) {
        expect(mismatch(result, expectation)).toBeUndefined();
      }
    },
  );
});

test("the table in docs/compatibility.md is what runs here", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/compatibility.md"), "utf8");
  const rows = [...page.matchAll(/^\| \[([^\]]+)\]\([^)]*linux-programs\/[^)]*\) \| ([^|]+) \|/gm)];
  const documented = rows.flatMap(([, name, list = ""]) =>
    list.split(";").map((kind) => `${name}: ${kind.trim()}`),
  );
  expect(documented.sort()).toEqual(programs.map(([name, kind]) => `${name}: ${kind}`).sort());
});
