import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { formatProblem } from "../problems.ts";
import { bundleHandler } from "./handler-bundle.ts";

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function files(contents: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "unikernel-handler-"));
  directories.push(directory);
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

const problemsOf = async (contents: Readonly<Record<string, string>>) => {
  const { problems } = await bundleHandler(files(contents), "handler.ts", undefined);
  return problems.map(formatProblem);
};

describe("a handler's bundle", () => {
  const contents = {
    "handler.ts": 'import { word } from "./lib/word.ts";\nexport default (): string => word;\n',
    "lib/word.ts": 'export const word: string = "hello";\n',
  };

  it("is the same wherever the directory is, and names files relative to it", async () => {
    const [one, other] = [files(contents), files(contents)];
    const first = await bundleHandler(one, "handler.ts", undefined);
    expect(first).toEqual(await bundleHandler(other, "handler.ts", undefined));
    expect(first.bundle?.text).toContain('"hello"');
    expect(JSON.parse(first.bundle?.map ?? "").sources).toEqual(["lib/word.ts", "handler.ts"]);
    expect(first.bundle?.map).not.toContain(one);
  });

  it("keeps what was written in the program as a script, with statements included", async () => {
    const text = "exports.handler = f;\nfunction f() { with ({ a: 1 }) { return a; } }\n";
    const { bundle, problems } = await bundleHandler(files({}), "function.js", text);
    expect(problems).toEqual([]);
    expect(bundle?.kind).toBe("script");
    const exported = new Function(`${bundle?.text}\nreturn unikernelExports;`)();
    expect(exported.handler()).toBe(1);
  });

  it.each(["node:fs", "fs", "node:fs/promises", "child_process"])(
    "refuses %s where it is imported",
    async (name) => {
      const text = `const a = 1;\nimport "./other.ts";\nexport default () => a;\n`;
      const problems = await problemsOf({
        "handler.ts": text,
        "other.ts": `\nimport * as it from "${name}";\nconsole.log(it);\n`,
      });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^other\.ts:2:21: app: "/);
      expect(problems[0]).toContain(`"${name}" is a module of Node.js`);
    },
  );

  it("takes a package that has the name of a module of Node.js with a slash behind it", async () => {
    const problems = await problemsOf({
      "handler.ts": 'import { x } from "punycode/";\nexport default () => x;\n',
      "node_modules/punycode/index.js": "export const x = 1;\n",
    });
    expect(problems).toEqual([]);
  });

  it("tells all that is wrong at once, with places", async () => {
    const problems = await problemsOf({
      "handler.ts": 'import "./missing.ts";\nimport "nowhere";\nexport default () => 1;\n',
    });
    expect(problems).toEqual([
      'handler.ts:1:8: app: Could not resolve "./missing.ts"',
      'handler.ts:2:8: app: Could not resolve "nowhere"',
    ]);
    const [syntax] = await problemsOf({ "handler.ts": "export default = 1;\n" });
    expect(syntax).toBe('handler.ts:1:16: app: Unexpected "="');
  });
});
