// A secret reaches the guest and is found nowhere else: not in the state, not in what is printed,
// not on a command line, not in a file of ours.
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allProcesses } from "./support/home.ts";
import { freePort, get } from "./support/network.ts";
import { Project } from "./support/project.ts";

const secret = "correct-horse-battery-staple-4711";
let project: Project;

beforeAll(async () => {
  project = await new Project().init();
  await project.must(["config", "set", "--secret", "greeting", secret, "--stack", "test"]);
  project.program({
    guest: {
      hostPort: await freePort(),
      env: '{ GREETING: new pulumi.Config().requireSecret("greeting") }',
    },
  });
});
afterAll(() => project.dispose());

/** Files under the project's directory that hold the secret in plain text. */
function filesWithSecret(): string[] {
  const { stdout } = spawnSync(
    "grep",
    ["-rlF", "--exclude-dir=tools", "--exclude-dir=cache", "--exclude-dir=store", secret, "."],
    { cwd: project.directory, encoding: "utf8" },
  );
  return stdout.split("\n").filter((line) => line !== "");
}

test("preview does not show it", async () => {
  const run = await project.preview();
  expect(run.status, run.output).toBe(0);
  expect(run.output).not.toContain(secret);
});

test("the guest has it, and nobody else", async () => {
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  const { url } = await project.outputs();
  expect((await get(url as string)).body).toContain(secret);

  expect(run.output).not.toContain(secret);
  expect(project.stateFile()).not.toContain(secret);
  expect(project.stateFile()).toContain('"ciphertext"');
  expect(allProcesses().filter(({ commandLine }) => commandLine.includes(secret))).toEqual([]);
  expect(filesWithSecret()).toEqual([]);
});

test("a new value restarts the guest without showing the old or the new one", async () => {
  const next = `${secret}-next`;
  await project.must(["config", "set", "--secret", "greeting", next, "--stack", "test"]);
  const preview = await project.preview();
  expect(preview.output).not.toContain(secret);
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(run.output).not.toContain(secret);
  expect((await get((await project.outputs()).url as string)).body).toContain(next);
  expect(filesWithSecret()).toEqual([]);
});
