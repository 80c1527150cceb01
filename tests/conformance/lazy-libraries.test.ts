// Libraries of which only the files are compiled that an image needs: which ones these are, and
// that nothing else decides it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { objectSymbols } from "../../toolchain/src/graph/object-symbols.ts";
import { symbols } from "../../toolchain/src/image/elf.ts";
import { ProblemsError } from "../../toolchain/src/index.ts";
import { type Workshop, workshop } from "./builder-support.ts";

const fileCount = 20;

/** A workshop with the lazy library "parts": part_0() to part_19(), of which part_3 calls part_7. */
function workshopWithParts(more: Readonly<Record<string, string>> = {}): Workshop {
  const shop = workshop();
  const write = (path: string, text: string) => shop.write(`libraries/parts/${path}`, text);
  write("Kconfig", 'config LIB_PARTS\n\tbool "Parts"\n');
  write(
    "library.json",
    JSON.stringify({
      version: "1.0",
      licence: "MIT",
      description: "many parts",
      sources: ["*.c"],
      link: "lazy",
    }),
  );
  const names = Array.from({ length: fileCount }, (_, index) => `part_${index}`);
  const prototypes = names.map((name) => `int ${name}(void);\n`).join("");
  write("include/parts.h", `${prototypes}int part_missing(void);\n`);
  for (const name of names) {
    const body = name === "part_3" ? "return part_7() + 1;" : "return 1;";
    write(`${name}.c`, `#include <parts.h>\nint ${name}(void) { ${body} }\n`);
  }
  for (const [path, text] of Object.entries(more)) write(path, text);
  return shop;
}

const request = { libraries: ["parts"] };
const calling = (expression: string) =>
  `#include <parts.h>\nint main(void) { return ${expression}; }\n`;

/** How many files of the library a build compiles. */
async function compiledParts(shop: Workshop, change = {}): Promise<number> {
  let count = 0;
  await shop.build(
    { ...request, ...change },
    {
      onProgress: (message) => {
        count += Number(/^compiling parts: (\d+) files?$/.exec(message)?.[1] ?? 0);
      },
    },
  );
  return count;
}

/** What the build's record says of the library's archive. */
async function archiveOf(shop: Workshop): Promise<string | undefined> {
  const { manifest } = await shop.build(request);
  const record = JSON.parse(shop.store.kept(manifest, "record.json") as string) as {
    libraries: { name: string; archiveSha256?: string }[];
  };
  return record.libraries.find(({ name }) => name === "parts")?.archiveSha256;
}

describe.each(["speed", "debug"] as const)("with optimize %s", (optimize) => {
  test("the files are compiled that are needed, directly or not, and no others", async () => {
    const shop = workshopWithParts();
    shop.write("app/main.c", calling("part_3()"));
    expect(await compiledParts(shop, { optimize })).toBe(2);
    shop.write("app/main.c", calling("part_3() + part_4() + 2"));
    expect(await compiledParts(shop, { optimize })).toBe(1);
  });

  test("nothing is compiled of a library that nobody calls", async () => {
    const shop = workshopWithParts();
    shop.write("app/main.c", "int main(void) { return 3; }\n");
    expect(await compiledParts(shop, { optimize })).toBe(0);
  });

  test("a weak reference alone compiles nothing", async () => {
    const shop = workshopWithParts();
    shop.write(
      "app/main.c",
      "__attribute__((weak)) int part_5(void);\nint main(void) { return part_5 ? part_5() : 4; }\n",
    );
    expect(await compiledParts(shop, { optimize })).toBe(0);
  });

  test("definitions are found behind macros, in included sources and in assembler", async () => {
    const shop = workshopWithParts({
      "joined.c": "#define PART(name) int joined_##name(void) { return 1; }\nPART(early)\n",
      "renamed.h": "#define common other_name\n",
      "common.c": '#include "renamed.h"\nint common(void) { return 2; }\n',
      "wide.c": '#define WIDE 1\n#include "common.c"\nint wide_too(void) { return 3; }\n',
      "alias.c":
        'static int one(void) { return 4; }\nextern int alias(void) __attribute__((weak, alias("one")));\n',
      "either.c":
        "#if 1\nint either(void) {\n#else\nlong either(void) {\n#endif\nreturn 5; }\nint late(void) { return 6; }\n",
      "machine.S": ".globl machine\nmachine: ret\n",
    });
    const library = join(shop.libraries, "parts/library.json");
    shop.write(
      "libraries/parts/library.json",
      readFileSync(library, "utf8").replace('"*.c"', '"*.c","*.S"'),
    );
    const names = ["joined_early", "other_name", "alias", "either", "late", "machine"];
    const prototypes = names.map((name) => `int ${name}(void);\n`).join("");
    const calls = names.map((name) => `${name}()`).join(" + ");
    shop.write("app/main.c", `${prototypes}int main(void) { return ${calls}; }\n`);
    await shop.build({ ...request, optimize });
  });

  test("an undefined symbol is told as ever", async () => {
    const shop = workshopWithParts();
    shop.write("app/main.c", calling("part_missing()"));
    const error = await shop.build({ ...request, optimize }).catch((reason: unknown) => reason);
    expect((error as ProblemsError).message).toBe(
      'undefined symbol part_missing (used by main.c:2); the library "parts" declares it but does ' +
        "not define it as it is configured",
    );
    expect(error).toBeInstanceOf(ProblemsError);
  });
});

test("the same needs give the same archive, whatever the store holds", async () => {
  const all = Array.from({ length: fileCount }, (_, index) => `part_${index}()`).join(" + ");
  const used = workshopWithParts();
  used.write("app/main.c", calling(all));
  const whole = await archiveOf(used);
  used.write("app/main.c", calling("part_3()"));
  const fresh = workshopWithParts();
  fresh.write("app/main.c", calling("part_3()"));
  const archive = await archiveOf(fresh);
  expect(archive).toMatch(/^[0-9a-f]{64}$/);
  expect(archive).not.toBe(whole);
  expect(await archiveOf(used)).toBe(archive);
});

test.each([
  ["was not needed before", ""],
  ["was thrown away as unused", "int puts(const char *);\nint unused(void) { return puts(0); }\n"],
  ["its file was passed over for another definition", "int formats(void) { return 1; }\n"],
])("what link-time optimisation comes to call is linked although %s", async (_why, more) => {
  const shop = workshopWithParts({
    "printf.c": `int formats(void);
volatile int printed;
int printf(const char *format, ...) { return printed = formats() + *format; }
`,
    "puts.c": `volatile int written;
int puts(const char *text) { return written = *text; }
__attribute__((weak)) int formats(void) { return 2; }
`,
  });
  // Only when the functions meet it is seen that the format is a constant.
  shop.write(
    "app/say.c",
    "int printf(const char *, ...);\nint say(const char *text) { return printf(text); }\n",
  );
  shop.write(
    "app/main.c",
    `int say(const char *);\nint main(void) { say("hello\\n"); return 0; }\n${more}`,
  );
  const { symbolsPath } = await shop.build({ libraries: ["parts", "counter"] });
  const { place } = symbols(readFileSync(symbolsPath)).find(({ name }) => name === "puts") ?? {};
  expect(place).toBe("section");
});

test("bitcode and ELF objects tell the same symbols", async () => {
  const source = `double floor(double);
float ceilf(float);
double sin(double);
extern int counter;
__attribute__((weak)) int maybe(void);
static int hidden(void) { return counter; }
__attribute__((weak)) int replaceable(void) { return hidden(); }
struct large { char bytes[1000]; } extern first, second;
double given = 1;
int tentative;
double work(double x, float y)
{
	first = second;
	return floor(x) + (double)ceilf(y) + sin(x) + (maybe ? maybe() : replaceable()) + tentative;
}
`;
  const [bitcode, elf] = await Promise.all(
    (["speed", "debug"] as const).map(async (optimize) => {
      const shop = workshopWithParts({ "work.c": source });
      shop.write("app/main.c", "double work(double, float);\nint main(void) { work(1, 2); }\n");
      // It does not link; its objects are there.
      await shop.build({ ...request, optimize }).catch(() => undefined);
      const objects = readdirSync(shop.store.path("objects"), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".o"))
        .map((path) => readFileSync(shop.store.path("objects", path)));
      const found = objects.filter((bytes) => objectSymbols(bytes).defined.includes("work"));
      expect(found).toHaveLength(1);
      return found[0] as Buffer;
    }),
  );
  expect(bitcode?.subarray(0, 2).toString()).toBe("BC");
  expect(elf?.subarray(1, 4).toString()).toBe("ELF");
  expect(objectSymbols(bitcode as Buffer)).toEqual({
    defined: ["given", "replaceable", "tentative", "work"],
    needed: ["ceilf", "counter", "first", "floor", "memcpy", "second", "sin"],
  });
  expect(objectSymbols(elf as Buffer)).toEqual(objectSymbols(bitcode as Buffer));
});
