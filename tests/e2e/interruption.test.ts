// The provider killed or cancelled in the middle: nothing is orphaned, nothing is started twice,
// and the next `up` finishes the work.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  allProcesses,
  descendants,
  guestDirectories,
  processesOf,
  providerBelow,
  qemuProcessesOf,
} from "./support/home.ts";
import { eventually, freePort, get } from "./support/network.ts";
import { Project } from "./support/project.ts";

let project: Project;
beforeEach(async () => {
  project = await new Project().init();
});
afterEach(() => project.dispose());

/** Sources that take the compiler some seconds. */
function writeSlowSources(): void {
  const directory = join(project.app, "slow");
  mkdirSync(directory);
  for (let file = 0; file < 8; file += 1) {
    const functions = Array.from(
      { length: 3_000 },
      (_, index) =>
        `int slow_${file}_${index}(int x);\nint slow_${file}_${index}(int x) { for (int i = 0; i < x; i++) x ^= (x * ${index} + i) % ${index + 7}; return x; }`,
    );
    writeFileSync(join(directory, `slow${file}.c`), `${functions.join("\n")}\n`);
  }
}

test("kill -9 of the provider while a guest starts: the next up has exactly one guest", async () => {
  const hostPort = await freePort();
  project.program({ guest: { hostPort } });
  const operation = project.start("up");
  const pid = operation.process.pid ?? 0;
  await eventually("QEMU runs", () => qemuProcessesOf(project.home).length > 0, 300_000);
  const provider = providerBelow(pid);
  expect(provider).toBeDefined();
  if (provider !== undefined) process.kill(provider, "SIGKILL");
  await operation.finished;

  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(qemuProcessesOf(project.home)).toHaveLength(1);
  expect(guestDirectories(project.home)).toHaveLength(1);
  expect((await get((await project.outputs()).url as string)).status).toBe(200);
});

test("killing the provider of a finished up never kills the guest", async () => {
  project.program({ guest: { hostPort: await freePort() } });
  const up = await project.up();
  expect(up.status, up.output).toBe(0);
  const url = (await project.outputs()).url as string;
  const operation = project.start("refresh");
  const pid = operation.process.pid ?? 0;
  await eventually("the provider runs", () => providerBelow(pid) !== undefined);
  const provider = providerBelow(pid);
  if (provider !== undefined) process.kill(provider, "SIGKILL");
  await operation.finished;
  expect((await get(url)).status).toBe(200);
});

test("Ctrl-C during a build stops the compiler within seconds and leaves nothing", async () => {
  writeSlowSources();
  project.program({ guest: { hostPort: await freePort() } });
  const operation = project.start("up");
  const compilers = () =>
    descendants(operation.process.pid ?? 0).filter((pid) =>
      allProcesses().some(
        (each) => each.pid === pid && /zig.* clang .*slow\d\.c/.test(each.commandLine),
      ),
    );
  await eventually("the compiler runs", () => compilers().length > 0, 300_000);
  const cancelled = Date.now();
  operation.process.kill("SIGINT");
  await eventually("the compiler has stopped", () => compilers().length === 0, 5_000);
  const run = await operation.finished;
  expect(Date.now() - cancelled).toBeLessThan(10_000);
  expect(run.status).not.toBe(0);
  expect(processesOf(project.directory)).toEqual([]);
  expect(guestDirectories(project.home)).toEqual([]);
});
