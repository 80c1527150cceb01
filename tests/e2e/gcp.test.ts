// An image's disk on Google Cloud through the real engine; Cloud Storage is fake-gcs-server behind a
// proxy.
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Google, googleToken, whyNoGoogle } from "../conformance/google-stand-in.ts";
import { changesIn } from "./support/events.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

const BUCKET = "disks";
let google: Google;
let project: Project;

beforeAll(async () => {
  if (whyNoGoogle !== null) return;
  google = await Google.start();
  await google.makeBucket(BUCKET);
  project = await new Project().init();
  project.environment.GOOGLE_OAUTH_ACCESS_TOKEN = googleToken;
  project.write(
    "index.ts",
    `import * as unikernel from "pulumi-unikernel";
import * as gcp from "pulumi-unikernel/gcp";
const image = new unikernel.Image("web", { app: "./app", libraries: ["lwip", "httpd"] });
const endpoint = ${JSON.stringify(google.endpoint)};
const object = new gcp.DiskObject("web", { image, bucket: "${BUCKET}", endpoint });
export const name = object.objectName;
export const source = object.source;
`,
  );
});
afterAll(async () => {
  await project?.dispose();
  await google?.[Symbol.asyncDispose]();
});
beforeEach((context) => {
  if (whyNoGoogle !== null) context.skip(whyNoGoogle);
  google.takeCounts();
});

const name = async () => String((await project.outputs()).name);

test("preview sends nothing and says what up will; up sends it; then nothing changes", async () => {
  const preview = await project.preview();
  expect(preview.status, preview.output).toBe(0);
  expect(preview.output).toMatch(/sends \d+ bytes to gs:\/\/disks\/unikernel-[0-9a-f]{64}-/);
  expect(google.takeCounts()).toEqual({ list: 1 });
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(google.takeCounts()).toEqual({ begin: 1, put: 1 });
  const { source } = await project.outputs();
  expect(source).toBe(`https://storage.googleapis.com/${BUCKET}/${await name()}`);
  expect(await google.download(BUCKET, await name())).not.toBeNull();
  expect(changesIn((await project.preview()).events)).toEqual([]);
  expect(google.takeCounts()).toEqual({});
});

test("another image is another object, and the one before goes", async () => {
  const before = await name();
  editFile(join(project.app, "main.c"), "page one", "page two");
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(changesIn(run.events)).toContain("create-replacement DiskObject web");
  expect(google.takeCounts()).toEqual({ begin: 1, put: 1, remove: 1 });
  expect(await google.download(BUCKET, before)).toBeNull();
  expect(await google.download(BUCKET, await name())).not.toBeNull();
});

test("destroy removes it, and no state has the token", async () => {
  const last = await name();
  expect(project.stateFile()).not.toContain(googleToken);
  const run = await project.destroy();
  expect(run.status, run.output).toBe(0);
  expect(google.takeCounts()).toEqual({ remove: 1 });
  expect(await google.download(BUCKET, last)).toBeNull();
});
