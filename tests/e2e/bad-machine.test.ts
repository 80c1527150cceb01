// Machines on which a guest cannot start: each gives one clear error and leaves nothing behind.
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { errorsIn } from "./support/events.ts";
import { guestDirectories, processesOf } from "./support/home.ts";
import { pathWithout } from "./support/machine.ts";
import { freePort, listen, portOf } from "./support/network.ts";
import { Project } from "./support/project.ts";

let project: Project;
beforeEach(async () => {
  project = await new Project().init();
});
afterEach(() => project.dispose());

test("a port that is in use names the port, and a free one works", async () => {
  const server = await listen(0);
  const hostPort = portOf(server);
  try {
    project.program({ guest: { hostPort } });
    const run = await project.up();
    expect(run.status).not.toBe(0);
    expect(errorsIn(run.events)).toContain(String(hostPort));
    expect(errorsIn(run.events)).toMatch(/in use/);
    expect(guestDirectories(project.home)).toEqual([]);
    expect(processesOf(project.home)).toEqual([]);
  } finally {
    server.close();
  }
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
});

test("without QEMU, the message says what to install", async () => {
  const path = pathWithout(/^qemu-/, join(project.directory, "path"));
  project.program({ guest: { hostPort: await freePort() } });
  const run = await project.up({ PATH: path });
  expect(run.status).not.toBe(0);
  expect(errorsIn(run.events)).toContain("qemu-system-x86_64");
  expect(errorsIn(run.events)).toContain("qemu-system-x86");
  expect(guestDirectories(project.home)).toEqual([]);
});
