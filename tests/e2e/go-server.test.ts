// The example in Go through the real engine: compiled by Go, served by a guest, replaced when its
// source changes; and files that no guest could run are refused in preview.
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { errorsIn } from "./support/events.ts";
import { freePort, get } from "./support/network.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

const example = join(import.meta.dirname, "../../examples/go-server");
const TIMEOUT_MS = 600_000;
const hasGo = spawnSync("go", ["version"]).status === 0;

async function newProject(): Promise<Project> {
  const project = await new Project().init();
  onTestFinished(() => project.dispose());
  return project;
}

test("a Go server answers, and its successor", { timeout: TIMEOUT_MS }, async (context) => {
  if (!hasGo) context.skip("there is no Go (go) on this machine");
  const project = await newProject();
  cpSync(join(example, "server"), join(project.directory, "server"), { recursive: true });
  cpSync(join(example, "index.ts"), join(project.directory, "index.ts"));
  const hostPort = await freePort();
  for (const [name, value] of Object.entries({ hostPort, greeting: "Good day" })) {
    await project.must(["config", "set", name, String(value), "--stack", project.stack]);
  }
  const up = async () => {
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
  };
  const page = async () => (await get(`http://127.0.0.1:${hostPort}`)).body;

  await up();
  expect(await page()).toMatch(/^Good day from go1\.\d+\S* on linux\n$/);
  const many = await Promise.all(Array.from({ length: 8 }, page));
  expect(new Set(many).size).toBe(1);

  editFile(join(project.directory, "server/main.go"), "%s from %s", "%s again from %s");
  await up();
  expect(await page()).toMatch(/^Good day again from go1/);
  expect((await project.destroy()).status).toBe(0);
});

test("what no guest could run is refused in preview", { timeout: TIMEOUT_MS }, async () => {
  const project = await newProject();
  const server = join(project.directory, "server");
  project.write(
    "index.ts",
    'import * as unikernel from "pulumi-unikernel";\nnew unikernel.Image("web", { app: "./server" });\n',
  );
  const refusal = async () => {
    const run = await project.preview();
    expect(run.status).not.toBe(0);
    return errorsIn(run.events);
  };

  expect(await refusal()).toContain(`the directory ${server} does not exist`);
  copyFileSync("/bin/ls", server);
  expect(await refusal()).toContain(
    "is dynamically linked: it asks for the interpreter /lib64/ld-linux-x86-64.so.2",
  );
  writeFileSync(server, "#!/bin/sh\n");
  expect(await refusal()).toContain("is a script, not a program");
});
