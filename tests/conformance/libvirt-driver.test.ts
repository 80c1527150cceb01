// The libvirt driver against what every driver must do, with a libvirtd of this test's own, and
// what only this driver has: volumes, definitions, and users who change them.
import { execFile, execFileSync } from "node:child_process";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildImage, openStore, planImage } from "@pulumi-unikernel/toolchain";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Driver, GuestStatus } from "../../provider/src/drivers/driver.ts";
import { domainXml } from "../../provider/src/drivers/libvirt/domain-xml.ts";
import type { Step } from "../../provider/src/drivers/libvirt/libvirt-driver.ts";
import { LibvirtDriver } from "../../provider/src/drivers/libvirt/libvirt-driver.ts";
import { diskXml, poolXml, volumeXml } from "../../provider/src/drivers/libvirt/storage-xml.ts";
import { xenDomainXml } from "../../provider/src/drivers/libvirt/xen-domain-xml.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { createGuest } from "../../provider/src/resources/guest.ts";
import { silentContext } from "../faults/guest-resource.ts";
import { driverSuite } from "./driver-suite.ts";
import { LibvirtDaemon, whyNoLibvirtd } from "./libvirt-daemon.ts";
import { LibvirtHome } from "./libvirt-driver-home.ts";
import { askedAndTypedTo } from "./libvirt-lifecycle.ts";
import { freePort, tcp } from "./qemu-driver-home.ts";

const whyNot = await whyNoLibvirtd();
const never = new AbortController().signal;
const AGAINST_SLOW_MACHINES = { everyMs: 10, timeoutMs: 20_000 };
let daemon: LibvirtDaemon;
beforeAll(async () => {
  if (whyNot === null) daemon = await LibvirtDaemon.start();
});
afterAll(() => daemon?.[Symbol.asyncDispose]());
beforeEach((context) => {
  if (whyNot !== null) context.skip(whyNot);
});

driverSuite("libvirt", () => LibvirtHome.make(daemon.uri));

const filesOf = async (pool: "lib" | "run") =>
  (await readdir(join(daemon.directory, pool, "unikernel")).catch(() => [])).sort();

describe("what libvirt is told", () => {
  const record = {
    format: 1,
    id: "web-1",
    owner: "urn:<&> of /program",
    progress: "creating",
    digest: `sha256:${"0f".repeat(32)}`,
    imagePath: "/pool/image",
    memoryBytes: 2 ** 25,
    cpus: 1,
    ports: [tcp(0, 80)],
    forwards: [null],
    accelerator: "auto",
    startedAtMs: 1,
  } as const;
  const files = { image: "/i", configuration: "/c", console: "/o", status: "/s" };
  const disks = [
    { path: "/pool/a", format: "qcow2", readOnly: false },
    { path: "/pool/b", format: "raw", readOnly: true },
  ] as const;

  test.each([
    ["domain.rng", domainXml(record, "qemu", files)],
    ["domain.rng", domainXml(record, "kvm", files)],
    ["domain.rng", domainXml({ ...record, network: "apps" }, "qemu", files)],
    ["domain.rng", domainXml({ ...record, bridge: "br0" }, "qemu", files)],
    ["domain.rng", xenDomainXml(record, { ...files, disks })],
    ["domain.rng", xenDomainXml({ ...record, bridge: "xenbr0" }, files)],
    ["domain.rng", xenDomainXml({ ...record, network: "apps" }, files)],
    ["storagepool.rng", poolXml({ name: "unikernel", directory: "/a b/<c>" })],
    ["storagevol.rng", volumeXml("sha256-0.image", "0644")],
    ["storagevol.rng", diskXml("data.volume.qcow2", "qcow2", 2 ** 20)],
    ["domain.rng", domainXml(record, "qemu", { ...files, disks })],
  ])("fits libvirt's own %s", async (schema, xml) => {
    await using home = await LibvirtHome.make(daemon.uri);
    const file = join(home.directory, "description.xml");
    await writeFile(file, xml);
    const rules = join("/usr/share/libvirt/schemas", schema);
    // Exits with a status that is not 0 when it does not.
    await promisify(execFile)("xmllint", ["--noout", "--relaxng", rules, file]);
  });
});

test("secrets are in no definition, no metadata, and on no disk", async () => {
  await using home = await LibvirtHome.make(daemon.uri);
  const secret = "correct-horse-battery-staple";
  const spec = await home.spec({ text: "up\n" }, { env: { KEY: secret }, args: [secret] });
  await home.driver.apply(spec, never);
  expect(await daemon.virsh("dumpxml", "--security-info", spec.id)).not.toContain(secret);
  for (const name of await filesOf("lib")) {
    const bytes = await readFile(join(daemon.directory, "lib/unikernel", name), "latin1");
    expect(bytes, name).not.toContain(secret);
  }
  const log = await readFile(join(daemon.directory, "log/qemu", `${spec.id}.log`), "utf8");
  expect(log).toContain(spec.id);
  expect(log).not.toContain(secret);
  // It is where the host keeps nothing longer than it runs, and nobody else may read it.
  const file = join(daemon.directory, "run/unikernel", `${spec.id}.configuration`);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, "latin1")).toContain(secret);
  await home.driver.remove(spec.id);
  expect(await filesOf("run")).toEqual([]);
});

test("an image is uploaded once and collected when no guest runs it any more", async () => {
  await using home = await LibvirtHome.make(daemon.uri);
  const progress: string[] = [];
  const one = await home.spec({ text: "same\n" });
  const two = { ...(await home.spec({ text: "same\n" })), digest: one.digest };
  await home.driver.apply(one, never, (step) => progress.push(step));
  expect(progress).toEqual([expect.stringMatching(/^uploading the image: 100 %$/)]);
  await home.driver.apply(two, never, (step) => progress.push(step));
  expect(progress).toHaveLength(1);
  const image = `${one.digest.replace(":", "-")}.image`;
  expect((await filesOf("lib")).filter((name) => name.endsWith(".image"))).toEqual([image]);
  await home.driver.remove(one.id);
  expect(await filesOf("lib")).toContain(image);
  await home.driver.remove(two.id);
  expect(await filesOf("lib")).toEqual([]);
});

test.each([
  ["cut short", (whole: Buffer) => whole.subarray(0, 100)],
  ["damaged", (whole: Buffer) => Buffer.alloc(whole.length)],
  ["longer than it was", (whole: Buffer) => Buffer.concat([Buffer.from("?"), whole])],
])("an image that is %s on the host is uploaded again", async (_what, damage) => {
  await using home = await LibvirtHome.make(daemon.uri);
  const spec = await home.spec({ text: "whole\n", exit: 3 });
  await home.driver.apply(spec, never);
  const image = join(daemon.directory, "lib/unikernel", `${spec.digest.replace(":", "-")}.image`);
  const whole = await readFile(image);
  await writeFile(image, damage(whole));
  await using next = await LibvirtHome.make(daemon.uri);
  await next.driver.apply({ ...spec, id: `${spec.id}-other` }, never);
  expect(await readFile(image)).toEqual(whole);
});

test("an image that another provider collects just before the start is uploaded again", async () => {
  const uploads: string[] = [];
  await using home = await LibvirtHome.make(daemon.uri, {
    onStep: (step) => {
      if (step === "prepared") execFileSync("virsh", ["-c", daemon.uri, "vol-delete", ...image]);
    },
  });
  const spec = await home.spec({ text: "up\n" });
  const image = [`${spec.digest.replace(":", "-")}.image`, "--pool", "unikernel"];
  const status = await home.driver.apply(spec, never, (step) => uploads.push(step));
  expect(status.state).toBe("running");
  expect(uploads).toHaveLength(2);
});

test("several guests at once start and go, and leave nothing", async () => {
  await using home = await LibvirtHome.make(daemon.uri);
  const specs = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      home.spec({ text: `${index % 2}\n` }, { ports: [tcp(0, 80)] }),
    ),
  );
  const started = await Promise.all(specs.map((spec) => home.driver.apply(spec, never)));
  expect(started.map(({ state }) => state)).toEqual(specs.map(() => "running"));
  expect(new Set(started.map(({ ports }) => ports[0]?.host)).size).toBe(specs.length);
  await Promise.all(specs.map(({ id }) => home.driver.remove(id)));
  expect([...(await filesOf("lib")), ...(await filesOf("run"))]).toEqual([]);
  expect((await daemon.virsh("list", "--all", "--name")).trim()).toBe("");
});

test("guests and their exit statuses outlive the provider and libvirtd", async () => {
  await using home = await LibvirtHome.make(daemon.uri);
  const stays = await home.spec({ text: "up\n" }, { ports: [tcp(0, 80)] });
  const ends = await home.spec({ exit: 9 });
  const before = await home.driver.apply(stays, never);
  await home.driver.apply(ends, never);
  await daemon.restart();
  // The driver notices that its connections are gone.
  await expect
    .poll(() => home.driver.status(stays.id).catch(() => undefined), { timeout: 20_000 })
    .toEqual(before);
  const other = new LibvirtDriver({ uri: daemon.uri, home: home.directory });
  const ended = await poll(async () => {
    const status = await other.status(ends.id);
    return status.state === "stopped" ? status : undefined;
  }, AGAINST_SLOW_MACHINES);
  expect(ended?.exitStatus).toBe(9);
  expect(await other.status(stays.id)).toEqual(before);
  await other.close();
});

describe("what a user does to a domain", () => {
  test("destroying or undefining it leaves no guest", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const spec = await home.spec({});
    await home.driver.apply(spec, never);
    await daemon.virsh("destroy", spec.id);
    expect(await home.driver.status(spec.id)).toMatchObject({ state: "stopped", ports: [] });
    expect(await home.driver.status(spec.id)).not.toHaveProperty("exitStatus");
    await daemon.virsh("undefine", spec.id);
    expect((await home.driver.status(spec.id)).state).toBe("absent");
    await home.driver.remove(spec.id);
    expect(await filesOf("lib")).toEqual([]);
  });

  test("a domain undefined while it runs is still removed", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const spec = await home.spec({});
    await home.driver.apply(spec, never);
    await daemon.virsh("undefine", spec.id);
    expect((await home.driver.status(spec.id)).state).toBe("running");
    await home.driver.mark(spec.id, "urn:test", "kept");
    await home.driver.remove(spec.id);
    expect(await daemon.virsh("list", "--all", "--name")).not.toContain(spec.id);
  });

  test("an edit is told, and undone when the guest is applied again", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const spec = await home.spec({});
    const first = await home.driver.apply(spec, never);
    expect(first).not.toHaveProperty("edited");
    await daemon.virsh("setmaxmem", spec.id, "24M", "--config");
    expect((await home.driver.status(spec.id)).edited).toEqual({ memoryBytes: 24 * 2 ** 20 });
    const again = await home.driver.apply(spec, never);
    expect(again).not.toHaveProperty("edited");
    expect(again.startedAt).not.toEqual(first.startedAt);
    expect(await daemon.virsh("dumpxml", spec.id)).toMatch(/<memory unit='KiB'>16384</);
  });

  test("one started by hand gets its ports back without a restart", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const port = tcp(await freePort(), 80);
    const spec = await home.spec({}, { ports: [port] });
    await home.driver.apply(spec, never);
    await daemon.virsh("destroy", spec.id);
    await daemon.virsh("start", spec.id);
    const found = await home.driver.status(spec.id);
    expect(found).toMatchObject({ state: "running", ports: [], edited: { ports: [] } });
    const domain = await daemon.virsh("domid", spec.id);
    expect((await home.driver.apply(spec, never)).ports).toEqual([port]);
    expect(await daemon.virsh("domid", spec.id)).toBe(domain);
  });

  test("somebody else's domain of that name is left alone", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const spec = await home.spec({});
    await home.driver.apply(spec, never);
    await daemon.virsh("metadata", spec.id, "urn:pulumi-unikernel:guest", "--remove");
    await daemon.virsh("metadata", spec.id, "urn:pulumi-unikernel:guest", "--remove", "--config");
    expect((await home.driver.status(spec.id)).state).toBe("absent");
    await expect(home.driver.apply(spec, never)).rejects.toThrow("none of ours");
    await home.driver.remove(spec.id);
    expect(await daemon.virsh("list", "--name")).toContain(spec.id);
    await daemon.virsh("destroy", spec.id);
    await daemon.virsh("undefine", spec.id);
    await home.driver.remove(spec.id);
  });
});

test("its console is open to virsh while it runs", async () => {
  await using home = await LibvirtHome.make(daemon.uri);
  const spec = await home.spec({});
  await home.driver.apply(spec, never);
  expect(await daemon.virsh("ttyconsole", spec.id)).toMatch(/^\/dev\/pts\/\d+\n$/);
});

describe("a crash of the provider", () => {
  const steps: readonly Step[] = ["recorded", "prepared", "started", "forwarded", "running"];

  test.each(steps)("after the step %s leaves what can be applied or removed", async (fatal) => {
    await using dying = await LibvirtHome.make(daemon.uri, {
      onStep: (step) => {
        if (step === fatal) throw new Error("the provider died");
      },
    });
    await using home = await LibvirtHome.make(daemon.uri);
    const port = tcp(await freePort(), 80);
    const spec = await dying.spec({ text: "up\n" }, { ports: [port], env: { A: "1" } });
    await expect(dying.driver.apply(spec, never)).rejects.toThrow("the provider died");
    expect(await home.driver.guests()).toMatchObject([{ id: spec.id, progress: "creating" }]);
    const status = await home.driver.apply(spec, never);
    expect(status).toMatchObject({ state: "running", ports: [port] });
    expect(await daemon.virsh("list", "--name")).toBe(`${spec.id}\n`);

    const gone = await dying.spec({}, { ports: [tcp(0, 80)] });
    await expect(dying.driver.apply(gone, never)).rejects.toThrow("the provider died");
    await home.driver.remove(gone.id);
    await home.driver.remove(spec.id);
    expect([...(await filesOf("lib")), ...(await filesOf("run"))]).toEqual([]);
    expect((await daemon.virsh("list", "--all", "--name")).trim()).toBe("");
  });
});

test("a host that does not answer is named, with what to do", async () => {
  const driver = new LibvirtDriver({
    uri: "qemu:///system?socket=/nonexistent/libvirt-sock",
    home: "/nonexistent",
  });
  expect(await driver.unavailable()).toMatch(
    /^libvirt at qemu:\/\/\/system\S* cannot be reached: .*No such file.*; see that libvirtd runs there/,
  );
});

test("the provider goes on while libvirt waits for a host", async () => {
  await using home = await LibvirtHome.make(daemon.uri);
  const spec = await home.spec({});
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await home.driver.apply(spec, never);
  clearInterval(timer);
  // A start takes hundreds of milliseconds; a blocked event loop would have turned a few times.
  expect(turns).toBeGreaterThan(50);
});

test("a guest is imported by its id, from the host that the settings name", async () => {
  await using home = await LibvirtHome.make(daemon.uri);
  const spec = await home.spec({}, { env: { KEY: "hush" }, args: ["-v"] });
  await home.driver.apply(spec, never);
  const elsewhere = { unavailable: async () => "it is not here" } as unknown as Driver;
  const guest = createGuest({
    driver: async ({ uri }) => (uri === daemon.uri ? home.driver : elsewhere),
    image: async () => undefined,
    programDirectory: "/program",
  });
  const place = { name: "libvirt", uri: daemon.uri };
  const urn = "urn:pulumi:dev::project::unikernel:index:Guest::web";
  const context = { ...silentContext(never, urn), settings: { driver: place } };
  const found = await guest.read(context, { id: spec.id, inputs: {}, state: {} });
  expect(found?.inputs).toMatchObject({
    ...{ image: spec.digest, driver: place, memory: "16MiB", args: ["-v"] },
    env: { KEY: { value: "hush" } },
  });
  expect(await home.driver.guests()).toMatchObject([{ progress: "kept" }]);
  const nowhere = silentContext(never, urn);
  expect(await guest.read(nowhere, { id: spec.id, inputs: {}, state: {} })).toBeNull();
});

describe("a guest that is to be started again", () => {
  async function lifecycle(home: LibvirtHome, args: string[], when: "on-failure" | "always") {
    const plan = await planImage({
      app: join(import.meta.dirname, "lifecycle-app"),
      libraries: [],
      options: {},
      optimize: "size",
      platform: "kvm",
      architecture: "x86_64",
    });
    const { path, manifest } = await buildImage(plan, openStore());
    const image = { imagePath: path, digest: manifest.digest };
    const policy = { shutdownTimeoutMs: 20_000, restart: { when, backoffMs: 1_000 } };
    const spec = await home.spec({}, { ...image, args, lifecycle: policy });
    await home.driver.apply(spec, never);
    return spec.id;
  }
  const reaches = (home: LibvirtHome, id: string, wanted: Partial<GuestStatus>) =>
    expect
      .poll(() => home.driver.status(id), { timeout: AGAINST_SLOW_MACHINES.timeoutMs })
      .toMatchObject(wanted);

  test.each([
    ["fails", ["exit", "3"]],
    ["crashes", ["crash"]],
  ])("is when it %s, also while nobody looks", async (_what, args) => {
    await using home = await LibvirtHome.make(daemon.uri);
    const id = await lifecycle(home, args, "on-failure");
    const domain = await daemon.virsh("domid", id);
    await reaches(home, id, { state: "running", restarts: 1 });
    expect(await daemon.virsh("domid", id)).toBe(domain);
    await home.driver.stop(id);
    expect((await home.driver.status(id)).state).not.toBe("running");
  });

  test("is not when it did what it was to do, unless it always is", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const once = await lifecycle(home, ["exit", "0"], "on-failure");
    const always = await lifecycle(home, ["exit", "0"], "always");
    await reaches(home, once, { state: "stopped", exitStatus: 0, restarts: 0 });
    await reaches(home, always, { state: "running", restarts: 1 });
  });

  test("is not when it was asked to end", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const id = await lifecycle(home, ["handle"], "always");
    await expect.poll(() => home.driver.consoleTail(id, 9), { timeout: 20_000 }).toContain("ready");
    await home.driver.stop(id);
    expect(await home.driver.status(id)).toMatchObject({
      ...{ state: "stopped", exitStatus: 7, restarts: 0 },
    });
  });
});

test("a guest is asked to end, with a console that can be typed to", async () => {
  await using home = await LibvirtHome.make(daemon.uri);
  const plan = await planImage({
    app: join(import.meta.dirname, "lifecycle-app"),
    libraries: [],
    options: {},
    optimize: "size",
    platform: "kvm",
    architecture: "x86_64",
  });
  const image = await buildImage(plan, openStore());
  const restart = { when: "no", backoffMs: 0 } as const;
  const lifecycle = { shutdownTimeoutMs: 20_000, restart };
  const changes = { imagePath: image.path, digest: image.manifest.digest, lifecycle };
  await askedAndTypedTo(home, changes, AGAINST_SLOW_MACHINES);
});
