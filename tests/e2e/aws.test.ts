// The example for AWS through the real engine. Amazon is moto behind a proxy, and Pulumi's plugin
// for AWS a stand-in of ours (tests/support/aws-plugin).
import { cpSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Amazon, whyNoAmazon } from "../conformance/aws-stand-in.ts";
import { changesIn } from "./support/events.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

const example = join(import.meta.dirname, "../../examples/aws/index.ts");
const plugin = join(import.meta.dirname, "../support/aws-plugin");
const WRITES = /^(?!Describe|List|Get)/;
const ALL = /^(unikernel|aws):/;
let amazon: Amazon;
let project: Project;

const set = (...args: string[]) =>
  project.must(["config", "set", ...args, "--stack", project.stack]);

beforeAll(async () => {
  if (whyNoAmazon !== null) return;
  amazon = await Amazon.start();
  project = await new Project().init();
  project.environment.AWS_ACCESS_KEY_ID = "test";
  project.environment.AWS_SECRET_ACCESS_KEY = "very-secret-key";
  project.environment.PATH = `${plugin}${delimiter}${process.env.PATH}`;
  cpSync(example, join(project.directory, "index.ts"));
  await set("app", "./app");
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
/** What was asked for with an action, as it came in. */
const asked = (action: string) =>
  Object.fromEntries(
    new URLSearchParams(amazon.calls.find((call) => call.action === action)?.text ?? ""),
  );

test("preview sends nothing and says what up will; the same digest changes nothing more", async () => {
  const preview = await project.preview();
  expect(preview.status, preview.output).toBe(0);
  expect(preview.output).toMatch(/sends (\d+) of \1 blocks/);
  expect(writes()).toEqual({});
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  const outputs = await project.outputs();
  expect(outputs).toMatchObject({
    snapshot: expect.stringMatching(/^snap-/),
    imageId: expect.stringMatching(/^ami-/),
    instance: expect.stringMatching(/^i-/),
  });
  expect(asked("RegisterImage")).toMatchObject({
    ...{ Architecture: "x86_64", BootMode: "uefi", EnaSupport: "true", ImdsSupport: "v2.0" },
    "BlockDeviceMapping.1.Ebs.SnapshotId": outputs.snapshot,
  });
  const { UserData = "", ...instance } = asked("RunInstances");
  expect(instance).toMatchObject({
    ...{ ImageId: outputs.imageId, "MetadataOptions.HttpTokens": "required" },
  });
  expect(Buffer.from(UserData, "base64").toString()).toBe(
    "unikernel-config/1\0env:GREETING=Hello from AWS\0",
  );
  expect(writes()).toMatchObject({ StartSnapshot: 1, RegisterImage: 1, RunInstances: 1 });
  // Another source of the same digest.
  editFile(join(project.app, "main.c"), "#include", "/* a comment */\n#include");
  expect(changesIn((await project.preview()).events, ALL)).toEqual(["update Image web"]);
  expect(writes()).toEqual({});
});

test("another greeting is another instance of the same machine image", async () => {
  const before = await project.outputs();
  await set("greeting", "Good evening");
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  const { instance, ...rest } = await project.outputs();
  expect(instance).not.toBe(before.instance);
  expect(rest).toMatchObject({ snapshot: before.snapshot, imageId: before.imageId });
  expect(writes()).toEqual({ RunInstances: 1, TerminateInstances: 1 });
});

test("another image is a child of the snapshot before, which goes", async () => {
  const before = (await project.outputs()).snapshot;
  editFile(join(project.app, "main.c"), "page one", "page two");
  const preview = await project.preview();
  expect(preview.output).toMatch(/sends \d+ of \d+ blocks, those that differ from snap-/);
  const replaced = ["Snapshot web", "Ami web", "Instance web"];
  const planned = changesIn(preview.events, ALL);
  for (const what of replaced) expect(planned).toContain(`create-replacement ${what}`);
  expect(planned.join()).not.toContain("SecurityGroup");
  expect(writes()).toEqual({});
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(writes()).toMatchObject({
    ...{ StartSnapshot: 1, RegisterImage: 1, RunInstances: 1 },
    ...{ TerminateInstances: 1, DeregisterImage: 1, DeleteSnapshot: 1 },
  });
  expect((await project.outputs()).snapshot).not.toBe(before);
});

test("destroy removes all of it, and no state has the account's key", async () => {
  expect(project.stateFile()).not.toContain("very-secret-key");
  const run = await project.destroy();
  expect(run.status, run.output).toBe(0);
  expect(writes()).toEqual({
    ...{ TerminateInstances: 1, DeleteSecurityGroup: 1, DeregisterImage: 1, DeleteSnapshot: 1 },
  });
});
