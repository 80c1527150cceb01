// What a change does to a running guest: a new environment restarts it, and a successor that
// never becomes healthy leaves the old guest serving.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changesIn, errorsIn, stepOf } from "./support/events.ts";
import { guestDirectories, qemuProcessesOf } from "./support/home.ts";
import { freePort, get } from "./support/network.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

let project: Project;
let hostPort: number;
let url: string;
const impatient = '{ http: "/healthz", interval: "200ms", timeout: "1s", retries: 15 }';

beforeAll(async () => {
  project = await new Project().init();
  hostPort = await freePort();
});
afterAll(() => project.dispose());

test("a changed environment restarts the guest and touches nothing else", async () => {
  project.program({ guest: { hostPort, env: '{ GREETING: "first" }', healthCheck: impatient } });
  const first = await project.up();
  expect(first.status, first.output).toBe(0);
  url = (await project.outputs()).url as string;
  expect((await get(url)).body).toContain("first");

  project.program({ guest: { hostPort, env: '{ GREETING: "second" }', healthCheck: impatient } });
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(changesIn(run.events)).toEqual(["update Guest web"]);
  const diff = Object.keys(stepOf(run.events, "Guest")?.detailedDiff ?? {});
  expect(diff).toEqual(["env.GREETING"]);
  expect((await get(url)).body).toContain("second");
  expect(qemuProcessesOf(project.home)).toHaveLength(1);
});

test("a successor that never becomes healthy fails with its console and leaves the old one", async () => {
  const main = join(project.app, "main.c");
  editFile(main, '"/healthz"', '"/not-healthz"');
  editFile(main, "page one", "page broken");
  const before = qemuProcessesOf(project.home).map(({ pid }) => pid);
  const run = await project.up();
  expect(run.status).not.toBe(0);
  expect(errorsIn(run.events)).toContain("/healthz");
  // The last lines of its console are in the message.
  expect(errorsIn(run.events)).toContain("serving on port 80");
  expect((await get(url)).body).toContain("second");
  expect(qemuProcessesOf(project.home).map(({ pid }) => pid)).toEqual(before);
  expect(guestDirectories(project.home)).toHaveLength(1);
});

test("once the application is right again, up replaces the old guest", async () => {
  editFile(join(project.app, "main.c"), '"/not-healthz"', '"/healthz"');
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect((await get(url)).body).toContain("page broken");
  expect(guestDirectories(project.home)).toHaveLength(1);
  expect(qemuProcessesOf(project.home)).toHaveLength(1);
});

test("a guest that crashes at once fails with what it printed and is removed", async () => {
  await project.destroy();
  editFile(
    join(project.app, "main.c"),
    "int main(void)\n{",
    'int main(void)\n{\n\tputs("about to crash");\n\t__builtin_trap();',
  );
  const run = await project.up();
  expect(run.status).not.toBe(0);
  expect(errorsIn(run.events)).toContain("about to crash");
  expect(guestDirectories(project.home)).toEqual([]);
  expect(qemuProcessesOf(project.home)).toEqual([]);
});
