// The builder's promises: what is rebuilt after which change, what a damaged store costs, and how
// mistakes are told.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ProblemsError } from "../../toolchain/src/index.ts";
import { counterMain, type Workshop, workshop } from "./builder-support.ts";

async function progressOf(shop: Workshop, request = {}): Promise<string[]> {
  const messages: string[] = [];
  await shop.build(request, { onProgress: (message) => messages.push(message) });
  return messages.filter((message) => /^(compiling|linking)/.test(message));
}

async function problemsOf(attempt: Promise<unknown>): Promise<string[]> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemsError)) throw error ?? new Error("it was accepted");
  return error.message.split("\n");
}

describe("what is built again", () => {
  test("nothing, when nothing has changed", async () => {
    const shop = workshop();
    const first = await shop.build();
    expect(await progressOf(shop)).toEqual([]);
    expect((await shop.build()).manifest).toEqual(first.manifest);
  });

  test("one file of the application and the link, when that file is edited", async () => {
    const shop = workshop();
    shop.write("app/other.c", "int other(void) { return 1; }\nint other(void);\n");
    await shop.build();
    shop.write("app/main.c", counterMain.replace("(int)", "1 + (int)"));
    expect(await progressOf(shop)).toEqual(["compiling the application: 1 file", "linking"]);
  });

  test("the library that an option belongs to and the application that sees it", async () => {
    const shop = workshop();
    await shop.build();
    expect(await progressOf(shop, { options: { COUNTER_STEP: 2 } })).toEqual([
      "compiling the application: 1 file",
      "compiling counter: 1 file",
      "linking",
    ]);
  });

  test("only the files that include a changed header", async () => {
    const shop = workshop();
    shop.write("app/unused.h", "#define UNUSED 1\n");
    shop.write("app/other.c", '#include "unused.h"\nint other = UNUSED;\n');
    await shop.build();
    shop.write("app/unused.h", "#define UNUSED 2\n");
    expect(await progressOf(shop)).toEqual(["compiling the application: 1 file", "linking"]);
  });

  test("files that a new header in the search path may shadow", async () => {
    const shop = workshop();
    const before = await shop.build();
    shop.write("app/counter.h", "#define counter_next() 99\n");
    expect((await shop.build()).manifest.digest).not.toBe(before.manifest.digest);
  });

  test("nothing, when a change is taken back", async () => {
    const shop = workshop();
    const before = await shop.build();
    shop.write("app/main.c", counterMain.replace("(int)", "2 + (int)"));
    await shop.build();
    shop.write("app/main.c", counterMain);
    expect(await progressOf(shop)).toEqual([]);
    expect((await shop.build()).manifest.digest).toBe(before.manifest.digest);
  });
});

describe("the plan", () => {
  test("says why each library is there", async () => {
    const plan = await workshop().plan();
    expect(plan.libraries.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      "counter: declared",
      "musl: needed by the application",
      "musl-headers: selected by counter",
      "plat-kvm: platform",
    ]);
  });

  test("says it of this request, although another one has built the image", async () => {
    const shop = workshop();
    const reasons = async (libraries: string[]) => {
      const { manifest } = await shop.build({ libraries });
      const uses = manifest.libraries.map(({ name, reason }) => [name, reason]);
      return [manifest.digest, Object.fromEntries(uses)["musl-headers"]];
    };
    const [digest, reason] = await reasons(["counter"]);
    expect(reason).toBe("selected by counter");
    expect(await reasons(["counter", "musl-headers"])).toEqual([digest, "declared"]);
  });

  test("names all problems at once, each with its property", async () => {
    const shop = workshop();
    const attempt = shop.plan({
      app: join(shop.directory, "nowhere"),
      libraries: ["counter", "conter"],
      options: { COUNTER_STOP: 1, COUNTER_DEPTH: 4, COUNTER_STEP: 1000 },
    });
    const problems = await problemsOf(attempt);
    expect(problems[0]).toBe(
      `app: the directory ${join(shop.directory, "nowhere")} does not exist`,
    );
    expect(problems[1]).toBe('libraries[1]: there is no library "conter"; did you mean "counter"?');
    expect(problems[2]).toMatch(/options\.COUNTER_STOP: .*COUNTER_STEP/);
    expect(problems[3]).toMatch(/options\.COUNTER_DEPTH: .*COUNTER_VERBOSE/);
    expect(problems[4]).toMatch(/options\.COUNTER_STEP: .*100/);
    expect(problems).toHaveLength(5);
  });

  test("refuses an application without sources", async () => {
    const shop = workshop();
    shop.write("empty/readme.txt", "nothing to compile\n");
    expect(await problemsOf(shop.plan({ app: join(shop.directory, "empty") }))).toEqual([
      `app: ${join(shop.directory, "empty")} holds no C sources (*.c or *.S)`,
    ]);
  });
});

describe("mistakes in C", () => {
  test("are told with the user's file, line and column, those of all files at once", async () => {
    const shop = workshop();
    shop.write("app/main.c", "int main(void)\n{\n\treturn missing;\n}\n");
    shop.write("app/sub/other.c", "int other(void) { return 1 }\n");
    expect(await problemsOf(shop.build())).toEqual([
      "main.c:3:9: error: use of undeclared identifier 'missing'",
      "sub/other.c:1:27: error: expected ';' after return statement",
    ]);
  });

  test("warnings are passed on and stop nothing", async () => {
    const shop = workshop();
    shop.write("app/main.c", "int main(void) { int unused = 1; return 0; }\n");
    const warnings: string[] = [];
    await shop.build({}, { onWarning: (message) => warnings.push(message) });
    expect(warnings.join("\n")).toMatch(/^main\.c:1:22: warning: unused variable 'unused'/);
  });

  test("an undeclared library's header is not found, and the library is named", async () => {
    const shop = workshop();
    expect(await problemsOf(shop.build({ libraries: [] }))).toEqual([
      "main.c:1:10: error: 'counter.h' file not found; it belongs to the library \"counter\": " +
        "declare it in `libraries`",
    ]);
  });

  test("an undefined symbol is named with its user and the library that has it", async () => {
    const shop = workshop();
    shop.write("app/main.c", "void counter_reset(void);\nint main(void) { counter_reset(); }\n");
    expect(await problemsOf(shop.build({ libraries: [] }))).toEqual([
      'undefined symbol counter_reset (used by main.c:2); the library "counter" has it: ' +
        "declare it in `libraries`",
    ]);
  });
});

describe("a library", () => {
  test("does not see the headers of one that it does not declare", async () => {
    const shop = workshop();
    shop.write("libraries/musl/start.c", "#include <counter.h>\n");
    expect((await problemsOf(shop.build()))[0]).toMatch(
      /^musl\/start\.c:1:10: error: 'counter\.h' file not found/,
    );
  });

  test("may not reach around with a relative path either", async () => {
    const shop = workshop();
    shop.write("libraries/musl/start.c", '#include "../counter/state.h"\n');
    expect((await problemsOf(shop.build()))[0]).toMatch(
      /^musl\/start\.c:1: error: includes .*counter\/state\.h, which belongs to no declared/,
    );
  });

  test("is compiled with warnings as errors", async () => {
    const shop = workshop();
    shop.write("libraries/musl/start.c", "int uk_application(int x) { return 1; }\n");
    expect((await problemsOf(shop.build()))[0]).toMatch(/unused parameter 'x'/);
  });
});

describe("a damaged store", () => {
  test("a corrupted image is noticed, removed and built again to the same digest", async () => {
    const shop = workshop();
    const built = await shop.build();
    const bytes = readFileSync(built.path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(built.path, bytes);
    expect(await shop.store.image(built.manifest.digest)).toBeUndefined();
    expect(existsSync(built.path)).toBe(false);
    expect((await shop.build()).manifest.digest).toBe(built.manifest.digest);
    expect(existsSync(built.path)).toBe(true);
  });

  test("a corrupted cache of link-time optimisation is thrown away", async () => {
    const shop = workshop();
    const built = await shop.build();
    await shop.store.removeImage(built.manifest.digest);
    const entries = filesBelow(shop.store.path("lto")).filter((path) => /llvmcache-/.test(path));
    expect(entries.length).toBeGreaterThan(0);
    for (const path of entries) writeFileSync(path, "damaged");
    expect((await shop.build()).manifest.digest).toBe(built.manifest.digest);
  });

  test.each(["", "null", "{}", "damaged"])(
    "records, plans and configuration headers that are %j are made again",
    async (content) => {
      const shop = workshop();
      const built = await shop.build();
      const damaged = filesBelow(shop.store.directory).filter((path) =>
        /\/(actions|archives|config|plans|runs)\/.*\.(json|h)$/.test(path),
      );
      expect(damaged.length).toBeGreaterThan(8);
      for (const path of damaged) writeFileSync(path, content);
      // The image itself has to be linked again, too.
      writeFileSync(
        join(shop.store.path("images"), built.manifest.digest.slice(7), "manifest.json"),
        content,
      );
      expect((await shop.build()).manifest).toEqual(built.manifest);
    },
  );

  test("generated files that were changed are noticed while the compiler reads them", async () => {
    const shop = workshopWithGeneratedHeader();
    await shop.build({ libraries: ["made"] });
    const header = filesBelow(shop.store.path("generated")).find((path) => /made\.h$/.test(path));
    writeFileSync(header as string, "#define MADE 9\n");
    shop.write("app/main.c", "#include <made.h>\nint main(void) { return MADE + 1; }\n");
    const fresh = workshopWithGeneratedHeader();
    fresh.write("app/main.c", "#include <made.h>\nint main(void) { return MADE + 1; }\n");
    const expected = await fresh.build({ libraries: ["made"] });
    const built = await shop.build({ libraries: ["made"] });
    expect(built.manifest.digest).toBe(expected.manifest.digest);
    expect(readFileSync(header as string, "utf8")).toBe("#define MADE 5\n");
  });

  test("corrupted objects and archives are made again", async () => {
    const shop = workshop();
    const built = await shop.build();
    await shop.store.removeImage(built.manifest.digest);
    for (const path of filesBelow(shop.store.directory)) {
      if (/\.(o|a)$/.test(path)) writeFileSync(path, "damaged");
    }
    expect((await shop.build()).manifest.digest).toBe(built.manifest.digest);
  });
});

/** An application that returns a macro of a header that a library has made. */
function workshopWithGeneratedHeader(): Workshop {
  const shop = workshop();
  const write = (path: string, text: string) => shop.write(`libraries/made/${path}`, text);
  write("Kconfig", 'config LIB_MADE\n\tbool "Made"\n');
  write("made.h.in", "#define MADE 5\n");
  write(
    "library.json",
    JSON.stringify({
      version: "1.0",
      licence: "MIT",
      description: "a header that is made",
      generate: [{ output: "made.h", transform: "copy", inputs: ["made.h.in"] }],
    }),
  );
  shop.write("app/main.c", "#include <made.h>\nint main(void) { return MADE; }\n");
  return shop;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
