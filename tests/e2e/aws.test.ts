// An image's disk on AWS through the real engine; Amazon is moto behind a proxy.
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Amazon, whyNoAmazon } from "../conformance/aws-stand-in.ts";
import { changesIn } from "./support/events.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

const WRITES = /^(Start|Put|Complete|Delete|Create)/;
let amazon: Amazon;
let project: Project;

beforeAll(async () => {
  if (whyNoAmazon !== null) return;
  amazon = await Amazon.start();
  project = await new Project().init();
  project.environment.AWS_ACCESS_KEY_ID = "test";
  project.environment.AWS_SECRET_ACCESS_KEY = "very-secret-key";
  project.write(
    "index.ts",
    `import * as unikernel from "pulumi-unikernel";
import * as aws from "pulumi-unikernel/aws";
const image = new unikernel.Image("web", { app: "./app", libraries: ["lwip", "httpd"] });
export const snapshot = new aws.Snapshot("web", { image, tags: { team: "web" } }).snapshotId;
`,
  );
  const set = (...args: string[]) =>
    project.must(["config", "set", ...args, "--stack", project.stack]);
  await set("aws:region", "eu-central-1");
  await set("--path", "aws:endpoints[0].ec2", amazon.endpoint);
});
afterAll(async () => {
  await project?.dispose();
  await amazon?.[Symbol.asyncDispose]();
});
beforeEach((context) => {
  if (whyNoAmazon !== null) context.skip(whyNoAmazon);
  amazon.takeCounts();
});

const writes = () =>
  Object.fromEntries(Object.entries(amazon.takeCounts()).filter(([name]) => WRITES.test(name)));

test("preview sends nothing and says what up will; up sends it; then nothing changes", async () => {
  const preview = await project.preview();
  expect(preview.status, preview.output).toBe(0);
  expect(preview.output).toMatch(/sends (\d+) of \1 blocks/);
  expect(writes()).toEqual({});
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(writes()).toMatchObject({ StartSnapshot: 1, CompleteSnapshot: 1 });
  expect((await project.outputs()).snapshot).toMatch(/^snap-/);
  expect(changesIn((await project.preview()).events)).toEqual([]);
  editFile(join(project.app, "main.c"), "#include", "/* a comment */\n#include");
  expect(changesIn((await project.preview()).events)).toEqual(["update Image web"]);
  expect(writes()).toEqual({});
});

test("another image is a child of the snapshot before, which goes", async () => {
  const before = (await project.outputs()).snapshot;
  editFile(join(project.app, "main.c"), "page one", "page two");
  const preview = await project.preview();
  expect(preview.output).toMatch(/sends \d+ of \d+ blocks, those that differ from snap-/);
  expect(writes()).toEqual({});
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(changesIn(run.events)).toContain("create-replacement Snapshot web");
  expect(writes()).toMatchObject({ StartSnapshot: 1, DeleteSnapshot: 1 });
  expect((await project.outputs()).snapshot).not.toBe(before);
});

test("destroy removes it", async () => {
  const run = await project.destroy();
  expect(run.status, run.output).toBe(0);
  expect(writes()).toEqual({ DeleteSnapshot: 1 });
});
