// A service through the real engine: preview, a rollout under load, a bad image, an interruption,
// and the end.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Load } from "../support/load.ts";
import { changesIn, errorsIn, resultOf } from "./support/events.ts";
import { guestDirectories, processesOf, providerBelow } from "./support/home.ts";
import { freePort, get } from "./support/network.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

describe("a service's life", () => {
  let project: Project;
  let url: string;
  const replicas = 3;
  const source = () => join(project.app, "main.c");
  const program = (host: number) =>
    [
      'import * as pulumi from "@pulumi/pulumi";',
      'import * as unikernel from "pulumi-unikernel";',
      "const image = new unikernel.Image('web', {",
      "  app: './app',",
      "  libraries: ['lwip', 'httpd'],",
      "  platform: 'linux',",
      "});",
      "const web = new unikernel.Service('web', {",
      "  image,",
      "  driver: 'sandbox',",
      "  memory: '16MiB',",
      `  replicas: ${replicas},`,
      `  ports: [{ host: ${host}, guest: 80 }],`,
      "  env: { GREETING: 'hello' },",
      "  secrets: { KEY: pulumi.secret('open sesame') },",
      "  healthCheck: { http: '/healthz', interval: '200ms', retries: 20 },",
      "});",
      "export const url = web.url;",
      "export const digest = web.digest;",
      "export const instances = web.instances;",
      "",
    ].join("\n");
  const digests = async () => {
    const { instances } = await project.outputs();
    return (instances as readonly { digest: string; ready: boolean }[]).map(
      ({ digest, ready }) => `${digest} ${ready}`,
    );
  };

  beforeAll(async () => {
    project = await new Project().init();
    const host = await freePort();
    url = `http://127.0.0.1:${host}`;
    project.write("index.ts", program(host));
  });
  afterAll(() => project.dispose());

  test("up starts its replicas, and keeps its secrets", async () => {
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
    expect((await project.outputs()).url).toBe(url);
    expect((await get(url)).body).toBe("page one, hello\n");
    expect(guestDirectories(project.home)).toHaveLength(replicas);
    expect(project.stateFile()).not.toContain("open sesame");
    expect(changesIn((await project.preview()).events)).toEqual([]);
  });

  test("preview tells what changes, and up does that without losing a request", async () => {
    editFile(source(), "page one", "page two");
    const before = (await project.outputs()).digest;
    const preview = await project.preview();
    expect(preview.status, preview.output).toBe(0);
    const plan = resultOf(preview.events, "Service")?.new?.outputs.plan as string[];
    const told = preview.events.diagnostics.map(({ message }) => message).join("\n");
    for (const line of [`image: ${String(before).slice(0, 19)}`, "start 1 new replica"]) {
      expect(plan.join("\n")).toContain(line);
      expect(told).toContain(line);
    }
    const load = new Load(url, { users: 6, pauseMs: 2 });
    const run = await project.up();
    const { answers, failures } = await load.stop();
    expect(run.status, run.output).toBe(0);
    expect(failures).toEqual([]);
    expect([...answers.keys()].sort()).toEqual(["200 page one, hello", "200 page two, hello"]);
    expect(resultOf(run.events, "Service")?.new?.outputs.plan).toEqual(plan);
    const digest = (await project.outputs()).digest;
    expect(digest).not.toBe(before);
    expect(await digests()).toEqual(Array(replicas).fill(`${digest} true`));
  });

  test("an image that crashes is rolled back: no request lost, and state says what runs", async () => {
    const before = await project.outputs();
    editFile(source(), "int error = httpd_run", "*(volatile int *)8 = 1;\n\tint error = httpd_run");
    const load = new Load(url, { users: 6, pauseMs: 2 });
    const failed = await project.up();
    expect(failed.status).not.toBe(0);
    const { failures, answers } = await load.stop();
    expect(failures).toEqual([]);
    expect([...answers.keys()]).toEqual(["200 page two, hello"]);
    const errors = errorsIn(failed.events);
    expect(errors).toContain("crash: page fault");
    expect(errors).toContain("at main");
    expect(errors).toContain(`Rolled back: all ${replicas} replicas are of revision 2`);
    expect(await digests()).toEqual(Array(replicas).fill(`${before.digest} true`));
    // The same again: one try, no loop.
    expect((await project.up()).status).not.toBe(0);
    editFile(source(), "*(volatile int *)8 = 1;\n\tint error", "int error");
    const back = await project.up();
    expect(back.status, back.output).toBe(0);
    expect(await digests()).toEqual(Array(replicas).fill(`${before.digest} true`));
    expect(changesIn((await project.preview()).events)).toEqual([]);
  });

  test("a dead replica is found by refresh, and up replaces only that", async () => {
    const before = guestDirectories(project.home);
    const [dead = ""] = before;
    const directory = join(project.home, "guests", dead);
    for (const { pid } of processesOf(directory)) process.kill(pid, "SIGKILL");
    const refresh = await project.refresh();
    expect(refresh.status, refresh.output).toBe(0);
    const found = resultOf(refresh.events, "Service")?.new?.outputs.instances as {
      ready: boolean;
    }[];
    expect(found.filter(({ ready }) => !ready)).toHaveLength(1);
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
    const after = guestDirectories(project.home);
    expect(after).toHaveLength(replicas);
    expect(after.filter((id) => before.includes(id))).toHaveLength(replicas - 1);
  });

  test("a provider killed in the middle of a rollout: the service answers, the next up completes", async () => {
    editFile(source(), "page two", "page three");
    const load = new Load(url, { users: 2, pauseMs: 5 });
    const before = new Set(guestDirectories(project.home));
    const operation = project.start("up");
    // As soon as there is a new one.
    while (guestDirectories(project.home).every((id) => before.has(id))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    process.kill(providerBelow(operation.process.pid ?? 0) ?? 0, "SIGKILL");
    expect((await operation.finished).status).not.toBe(0);
    const run = await project.up();
    expect(run.status, run.output).toBe(0);
    const { failures } = await load.stop();
    expect(failures).toEqual([]);
    const digest = (await project.outputs()).digest;
    expect(await digests()).toEqual(Array(replicas).fill(`${digest} true`));
    expect((await get(url)).body).toContain("page three");
    expect(guestDirectories(project.home)).toHaveLength(replicas);
  });

  test("destroy leaves nothing", async () => {
    const run = await project.destroy();
    expect(run.status, run.output).toBe(0);
    expect(guestDirectories(project.home)).toEqual([]);
    expect(processesOf(project.home)).toEqual([]);
  });
});
