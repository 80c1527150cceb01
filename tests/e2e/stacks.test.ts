// Two stacks of one user side by side: the same names, the same store, different guests.
import { afterAll, beforeAll, expect, test } from "vitest";
import { guestDirectories, qemuProcessesOf } from "./support/home.ts";
import { freePort, get } from "./support/network.ts";
import { Project } from "./support/project.ts";

let first: Project;
let second: Project;

beforeAll(async () => {
  first = await new Project({ stack: "blue" }).init();
  second = await new Project({ stack: "green", home: first.home }).init();
});
afterAll(async () => {
  await second.dispose();
  await first.dispose();
});

test("both run, and destroying one leaves the other serving", async () => {
  for (const project of [first, second]) {
    const env = `{ GREETING: "stack " + stack }`;
    project.program({ guest: { hostPort: await freePort(), env } });
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
  }
  const [blue, green] = [await first.outputs(), await second.outputs()];
  expect(blue.digest).toBe(green.digest);
  expect((await get(blue.url as string)).body).toContain("stack blue");
  expect((await get(green.url as string)).body).toContain("stack green");
  expect(guestDirectories(first.home)).toHaveLength(2);

  expect((await first.destroy()).status).toBe(0);
  expect(guestDirectories(first.home)).toHaveLength(1);
  expect(qemuProcessesOf(first.home)).toHaveLength(1);
  expect((await get(green.url as string)).body).toContain("stack green");
});
