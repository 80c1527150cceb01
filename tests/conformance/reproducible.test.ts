// One digest everywhere: in environments that differ in all that must not matter, each with an
// empty store; and for sources that differ in what does not matter.
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bundledLibrariesDirectory } from "../../toolchain/src/index.ts";
import { counterMain, workshop } from "./builder-support.ts";
import { type Environment, missingVariations, twoEnvironments } from "./environments.ts";
import { writeFakeLibraries, writeText } from "./fake-libraries.ts";
import { temporaryDirectory } from "./temporary.ts";

let environments: readonly [Environment, Environment];
beforeAll(async () => {
  environments = await twoEnvironments();
});

test("the two environments differ in everything that can be varied", (context) => {
  const missing = missingVariations();
  if (missing.length > 0) context.skip(missing.join("; "));
});

describe.each(["speed", "size", "debug"] as const)("optimised for %s", (optimize) => {
  test("two environments make the same bytes, free of both machines' paths", async () => {
    const images = [];
    for (const environment of environments) {
      const files: [string, string][] = [
        ["main.c", counterMain.replace("return", "(void)__FILE__; return")],
        ["sub/when.c", "const char when[] = __DATE__ __TIME__ __FILE__;\n"],
      ];
      // The order of a directory may be that in which its files were made.
      if (images.length > 0) files.reverse();
      const image = environment.build(
        (app, libraries) => {
          for (const [path, text] of files) writeText(join(app, path), text);
          writeFakeLibraries(libraries);
        },
        ["--library", "counter", "--optimize", optimize],
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

test("the real libraries: two environments make the same image", { timeout: 900_000 }, () => {
  const snapshot = join(temporaryDirectory(), "libraries");
  cpSync(bundledLibrariesDirectory, snapshot, { recursive: true });
  const program = `#include <stdio.h>
#include <sys/socket.h>
int main(void) { return printf("%d\\n", socket(AF_INET, SOCK_STREAM, 0)); }
`;
  const [here, there] = environments.map((environment) =>
    environment.build(
      (app, libraries) => {
        writeText(join(app, "main.c"), program);
        cpSync(snapshot, libraries, { recursive: true });
      },
      ["--library", "lwip"],
    ),
  );
  expect(here?.sourceHash).toBe(there?.sourceHash);
  expect(here?.digest).toBe(there?.digest);
});
