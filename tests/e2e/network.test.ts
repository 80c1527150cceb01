// The example with a network through the real engine: one guest reaches the other by its name, the
// other is replaced under it, a switch that dies is started again, and nothing is left.
import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { networkFiles } from "../../provider/src/drivers/networks/files.ts";
import { findSwitch } from "../../provider/src/drivers/networks/switch-process.ts";
import { changesIn, errorsIn } from "./support/events.ts";
import { guestDirectories, processesOf, qemuProcessesOf } from "./support/home.ts";
import { eventually, freePort, get } from "./support/network.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

const example = join(import.meta.dirname, "../../examples/network");
let project: Project;
let url: string;

beforeAll(async () => {
  project = await new Project().init();
  for (const part of ["db", "web", "index.ts"]) {
    cpSync(join(example, part), join(project.directory, part), { recursive: true });
  }
  const hostPort = await freePort();
  url = `http://127.0.0.1:${hostPort}`;
  await project.must(["config", "set", "hostPort", String(hostPort), "--stack", project.stack]);
});
afterAll(() => project.dispose());

const page = async () => (await get(url)).body;
const networks = () => {
  const directory = join(project.home, "networks");
  return existsSync(directory) ? readdirSync(directory) : [];
};
const theSwitch = () => findSwitch(networkFiles(project.home, networks()[0] ?? ""));

test("up makes a network, in which one guest finds the other by its name", async () => {
  const preview = await project.preview();
  expect(preview.status, preview.output).toBe(0);
  expect(changesIn(preview.events)).toContain("create Network backend");
  expect(networks()).toEqual([]);
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(await page()).toMatch(/^This is visit \d+\n$/);
  const { addresses, network } = await project.outputs();
  expect(addresses).toEqual({ db: { backend: "10.7.0.2" }, web: { backend: "10.7.0.3" } });
  expect(networks()).toEqual([network]);
  expect(changesIn((await project.preview()).events)).toEqual([]);
});

test("another image of the one replaces it, and the other finds its successor", async () => {
  const before = qemuProcessesOf(project.home).length;
  editFile(join(project.directory, "db/main.c"), '"%lu\\n"', '"number %lu\\n"');
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(await page()).toBe("This is visit number 1\n");
  expect(qemuProcessesOf(project.home)).toHaveLength(before);
  expect((await project.outputs()).addresses).toEqual({
    db: { backend: "10.7.0.4" },
    web: { backend: "10.7.0.3" },
  });
});

test("a switch that was killed is seen, and the next up starts it again under its guests", async () => {
  const guests = guestDirectories(project.home);
  const before = await theSwitch();
  if (before === undefined) throw new Error("the switch does not run");
  process.kill(before.pid, "SIGKILL");
  await eventually("the switch ends", async () => (await theSwitch()) === undefined);
  const refresh = await project.refresh();
  expect(refresh.status, refresh.output).toBe(0);
  expect(changesIn((await project.preview()).events)).toEqual(["update Network backend"]);
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(changesIn(run.events)).toEqual(["update Network backend"]);
  await eventually("the page counts again", async () =>
    /^This is visit number \d+\n$/.test(await page()),
  );
  expect(guestDirectories(project.home)).toEqual(guests);
});

test("what cannot be is refused in preview", async () => {
  project.editProgram("10.7.0.0/24", "8.8.8.0/24");
  const outside = await project.preview();
  expect(errorsIn(outside.events)).toContain("8.8.8.0/24 is not private");
  project.editProgram("8.8.8.0/24", "10.7.0.0/24");
  project.editProgram(
    "networks: [backend],\n    ports",
    'networks: [{ network: backend, name: "db" }],\n    ports',
  );
  const twice = await project.preview();
  expect(errorsIn(twice.events)).toContain('"db" is the name of db-');
  project.editProgram('[{ network: backend, name: "db" }]', "[backend]");
});

test("destroy leaves nothing", async () => {
  const run = await project.destroy();
  expect(run.status, run.output).toBe(0);
  expect(networks()).toEqual([]);
  expect(guestDirectories(project.home)).toEqual([]);
  expect(processesOf(project.home)).toEqual([]);
});
