// One digest everywhere: from other directories, with an empty store, other users' settings, other
// numbers of compilers; and for sources that differ in what does not matter.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  bundledLibrariesDirectory,
  ensureCompiler,
  homeDirectory,
} from "../../toolchain/src/index.ts";
import { counterMain, workshop } from "./builder-support.ts";
import { writeFakeLibraries, writeText } from "./fake-libraries.ts";
import { temporaryDirectory } from "./temporary.ts";

const command = join(import.meta.dirname, "../../toolchain/bin/unikernel");

interface Environment {
  readonly directory: string;
  readonly umask: string;
  readonly jobs: number;
  readonly variables: Readonly<Record<string, string>>;
}

/** Two machines as different as one can make them without a second one. */
function environments(): readonly [Environment, Environment] {
  return [
    {
      directory: temporaryDirectory(),
      umask: "022",
      jobs: 2,
      variables: { TZ: "UTC", LANG: "C", HOME: "/nonexistent" },
    },
    {
      directory: join(temporaryDirectory(), "a directory", "with ünusual", "names"),
      umask: "077",
      jobs: 5,
      variables: {
        TZ: "Pacific/Kiritimati",
        LANG: "tr_TR.UTF-8",
        LC_ALL: "tr_TR.UTF-8",
        HOME: "/",
        CPATH: "/usr/include",
        SOURCE_DATE_EPOCH: "1700000000",
        CFLAGS: "-O0",
      },
    },
  ];
}

/** Builds through the command, with a home of its own whose store is empty. */
async function build(
  environment: Environment,
  writeApp: (directory: string) => void,
  more: readonly string[],
) {
  const home = join(environment.directory, "home");
  const app = join(environment.directory, "app");
  mkdirSync(join(home, "tools"), { recursive: true });
  const compiler = await ensureCompiler();
  symlinkSync(compiler, join(home, "tools", "zig-0.17.1"));
  // Third-party sources are pinned and verified: fetching them twice proves nothing.
  const sources = join(homeDirectory(), "store", "sources");
  if (existsSync(sources)) cpSync(sources, join(home, "store", "sources"), { recursive: true });
  writeApp(app);
  const output = execFileSync(
    "sh",
    [
      "-c",
      `umask ${environment.umask}; exec "$@"`,
      "sh",
      command,
      "build",
      app,
      "--json",
      "--jobs",
      String(environment.jobs),
      ...more,
    ],
    {
      cwd: environment.directory,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env.PATH, ...environment.variables, UNIKERNEL_HOME: home },
    },
  );
  return JSON.parse(output) as {
    digest: string;
    sourceHash: string;
    path: string;
    symbolsPath: string;
  };
}

describe.each(["speed", "size", "debug"] as const)("optimised for %s", (optimize) => {
  test("two environments make the same bytes, free of both machines' paths", async () => {
    const images = [];
    for (const environment of environments()) {
      const libraries = join(environment.directory, "libraries");
      mkdirSync(environment.directory, { recursive: true });
      writeFakeLibraries(libraries);
      const more = ["--libraries", libraries, "--library", "counter", "--optimize", optimize];
      const image = await build(
        environment,
        (app) => {
          writeText(join(app, "main.c"), counterMain.replace("return", "(void)__FILE__; return"));
          writeText(join(app, "sub/when.c"), "const char when[] = __DATE__ __TIME__ __FILE__;\n");
        },
        more,
      );
      expect(readFileSync(image.path, "latin1")).not.toContain(environment.directory);
      expect(readFileSync(image.symbolsPath, "latin1")).not.toContain(environment.directory);
      images.push(image);
    }
    expect(images[0]?.sourceHash).toBe(images[1]?.sourceHash);
    expect(images[0]?.digest).toBe(images[1]?.digest);
    expect(readFileSync(images[0]?.symbolsPath ?? "")).toEqual(
      readFileSync(images[1]?.symbolsPath ?? ""),
    );
  });

  test("an edited comment changes the source hash and not the digest", async () => {
    const shop = workshop();
    shop.write(
      "app/other.c",
      "static int twice(int x) { return 2 * x; }\nint other(int x);\nint other(int x) { return twice(x); }\n",
    );
    const main = `int other(int x);\n${counterMain.replace("return", "return other(3) +")}`;
    shop.write("app/main.c", main);
    const before = await shop.build({ optimize });
    shop.write("app/main.c", `/* Two more lines,\n   for the reader. */\n${main}`);
    const after = await shop.build({ optimize });
    expect(after.manifest.sourceHash).not.toBe(before.manifest.sourceHash);
    expect(after.manifest.digest).toBe(before.manifest.digest);
  });
});

test("the real libraries: two environments make the same image", { timeout: 900_000 }, async () => {
  const images = [];
  const snapshot = join(temporaryDirectory(), "libraries");
  cpSync(bundledLibrariesDirectory, snapshot, { recursive: true });
  for (const environment of environments()) {
    const libraries = join(environment.directory, "libraries");
    cpSync(snapshot, libraries, { recursive: true });
    const writeApp = (app: string) =>
      writeText(
        join(app, "main.c"),
        '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
      );
    images.push(
      await build(environment, writeApp, ["--optimize", "size", "--libraries", libraries]),
    );
  }
  expect(images[0]?.sourceHash).toBe(images[1]?.sourceHash);
  expect(images[0]?.digest).toBe(images[1]?.digest);
});
