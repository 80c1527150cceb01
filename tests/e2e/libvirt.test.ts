// A guest's life on a libvirt host: the real CLI, engine, provider and libvirtd, which the test
// starts itself, and a user who touches the domain.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { LibvirtDaemon, whyNoLibvirtd } from "../conformance/libvirt-daemon.ts";
import { changesIn, resultOf } from "./support/events.ts";
import { qemuProcessesOf } from "./support/home.ts";
import { freePort, get } from "./support/network.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

const whyNot = await whyNoLibvirtd();
let daemon: LibvirtDaemon;
let project: Project;
let driver: string;
let url: string;

beforeAll(async () => {
  if (whyNot !== null) return;
  daemon = await LibvirtDaemon.start();
  project = await new Project().init();
  driver = `unikernel.libvirt({ uri: ${JSON.stringify(daemon.uri)} })`;
  const hostPort = await freePort();
  url = `http://127.0.0.1:${hostPort}`;
  project.program({ guest: { hostPort, driver, env: '{ GREETING: pulumi.secret("hush hush") }' } });
});
afterAll(async () => {
  await project?.dispose();
  await daemon?.[Symbol.asyncDispose]();
});
beforeEach((context) => {
  if (whyNot !== null) context.skip(whyNot);
});

const domains = async () =>
  (await daemon.virsh("list", "--all", "--name")).split("\n").filter((name) => name !== "");
const onlyDomain = async () => {
  const [name, ...others] = await domains();
  expect(others).toEqual([]);
  return name ?? "";
};
const volumes = async () => {
  const pools = ["lib/unikernel", "run/unikernel"].map((pool) =>
    readdir(join(daemon.directory, pool)).catch(() => []),
  );
  return (await Promise.all(pools)).flat();
};

test("preview changes nothing on the host", async () => {
  const preview = await project.preview();
  expect(preview.status, preview.output).toBe(0);
  expect(changesIn(preview.events)).toContain("create Guest web");
  expect([...(await domains()), ...(await volumes())]).toEqual([]);
});

test("up makes a domain that serves, with its secret", async () => {
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect((await project.outputs()).url).toBe(url);
  expect((await get(url)).body).toBe("page one, hush hush\n");
  expect(await onlyDomain()).toMatch(/^web-[0-9a-f]{10}$/);
  expect(await daemon.virsh("dumpxml", "--security-info", await onlyDomain())).not.toContain(
    "hush",
  );
  expect(changesIn((await project.preview()).events)).toEqual([]);
});

test("another image replaces the domain, and the port moves on", async () => {
  const before = await onlyDomain();
  editFile(join(project.app, "main.c"), "page one", "page two");
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect((await get(url)).body).toContain("page two");
  expect(await onlyDomain()).not.toBe(before);
  expect((await volumes()).filter((name) => name.endsWith(".image"))).toHaveLength(1);
});

test("a user's edit shows in a refresh, and the next up undoes it in the same domain", async () => {
  const domain = await onlyDomain();
  await daemon.virsh("setmaxmem", domain, "64M", "--config");
  const refresh = await project.refresh();
  expect(refresh.status, refresh.output).toBe(0);
  expect(resultOf(refresh.events, "Guest")?.new?.inputs.memory).toBe("64MiB");
  const up = await project.up();
  expect(up.status, up.output).toBe(0);
  expect(changesIn(up.events)).toEqual(["update Guest web"]);
  expect(await onlyDomain()).toBe(domain);
  expect(await daemon.virsh("dumpxml", domain)).toContain("<memory unit='KiB'>32768</memory>");
  expect((await get(url)).body).toContain("page two");
});

test("a destroyed domain is gone for a refresh, and up makes another one", async () => {
  const before = await onlyDomain();
  await daemon.virsh("destroy", before);
  const refresh = await project.refresh();
  expect(refresh.status, refresh.output).toBe(0);
  expect(resultOf(refresh.events, "Guest")?.new ?? null).toBeNull();
  const up = await project.up();
  expect(up.status, up.output).toBe(0);
  expect(changesIn(up.events)).toEqual(["create Guest web"]);
  expect(await onlyDomain()).not.toBe(before);
  expect((await get(url)).body).toContain("page two");
});

test("another driver replaces the guest", async () => {
  project.editProgram(driver, '"qemu"');
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect([...(await domains()), ...(await volumes())]).toEqual([]);
  expect(qemuProcessesOf(project.home)).toHaveLength(1);
  expect((await get(url)).body).toContain("page two");
  project.editProgram('"qemu"', driver);
  expect((await project.up()).status).toBe(0);
  expect(qemuProcessesOf(project.home)).toEqual([]);
  expect((await get(url)).body).toContain("page two");
});

test("a host that is not there is told before anything changes", async () => {
  const nobody = `unikernel.libvirt({ uri: "qemu:///system?socket=/nonexistent/socket" })`;
  project.editProgram(driver, nobody);
  const run = await project.preview();
  expect(run.status).not.toBe(0);
  expect(run.output).toContain(
    "libvirt at qemu:///system?socket=/nonexistent/socket cannot be reached",
  );
  project.editProgram(nobody, driver);
});

test("destroy leaves no domain and no volume", async () => {
  const run = await project.destroy();
  expect(run.status, run.output).toBe(0);
  expect([...(await domains()), ...(await volumes())]).toEqual([]);
  await expect(get(url, 1_000)).rejects.toThrow();
});
