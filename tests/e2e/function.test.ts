// The example with handlers in TypeScript through the real engine: one in the program, which knows
// a secret, and one with a framework.
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changesIn } from "./support/events.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

const example = join(import.meta.dirname, "../../examples/function");
const secret = "open sesame";
/** Where nothing is built yet, the engine is compiled for the host and for guests. */
const BUILD_TIMEOUT_MS = 600_000;
let project: Project;

beforeAll(async () => {
  project = await new Project().init();
  for (const part of ["index.ts", "api.ts"])
    cpSync(join(example, part), join(project.directory, part));
  const setting = ["config", "set", "--secret", "token", secret, "--stack", project.stack];
  await project.must(setting);
});
afterAll(() => project.dispose());

const outputs = async () =>
  (await project.outputs()) as {
    helloUrl: string;
    apiUrl: string;
    digests: { hello: string; api: string };
  };
const authorized = { headers: { authorization: `Bearer ${secret}` } };

test(
  "up serves a handler of the program, which knows the secret, and one of a module",
  async () => {
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
    const { helloUrl, apiUrl } = await outputs();
    expect((await fetch(helloUrl)).status).toBe(401);
    const hello = await fetch(`${helloUrl}/?name=W%C3%B6rld`, authorized);
    expect(await hello.text()).toBe("hello Wörld\n");
    const put = await fetch(`${apiUrl}/items/spoon`, {
      method: "PUT",
      body: JSON.stringify({ count: 3 }),
    });
    expect([put.status, await put.json()]).toEqual([201, { name: "spoon", count: 3 }]);
    const all = await fetch(apiUrl);
    expect(await all.json()).toEqual({ shop: "test", items: [{ name: "spoon", count: 3 }] });
    const none = await fetch(`${apiUrl}/items/fork`);
    expect([none.status, await none.text()]).toEqual([404, "there is no such item"]);
    expect(changesIn((await project.preview()).events)).toEqual([]);
  },
  BUILD_TIMEOUT_MS,
);

test("the secret is neither in the image nor in the state", async () => {
  const { digests } = await outputs();
  const hex = digests.hello.slice("sha256:".length);
  const image = readFileSync(join(project.home, "store/images", hex, "image.elf"));
  expect(image.includes("who are you?")).toBe(true);
  expect(image.includes(secret)).toBe(false);
  const state = await project.must(["stack", "export", "--stack", project.stack]);
  expect(state).not.toContain(secret);
});

test("an edit of the program beside the function changes no digest, one of it does", async () => {
  const before = await outputs();
  const program = join(project.directory, "index.ts");
  editFile(
    program,
    "// Two handlers",
    "// Still two handlers\n\nexport const other = 1;\n// Handlers",
  );
  const beside = await project.preview();
  expect(beside.status, beside.output).toBe(0);
  expect(changesIn(beside.events)).toEqual([]);
  editFile(program, "who are you?", "who is there?");
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  const after = await outputs();
  expect(after.digests.hello).not.toBe(before.digests.hello);
  expect(after.digests.api).toBe(before.digests.api);
  expect(await (await fetch(after.helloUrl)).text()).toBe("who is there?\n");
});

test("a module of Node.js is refused in preview, with the place of its import", async () => {
  editFile(
    join(project.directory, "api.ts"),
    "import { Hono }",
    'import "node:fs";\nimport { Hono }',
  );
  const run = await project.preview();
  expect(run.status).not.toBe(0);
  expect(run.output).toContain('api.ts:2:8: "node:fs" is a module of Node.js');
});
