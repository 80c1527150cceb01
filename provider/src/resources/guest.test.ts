// The steps of a Guest's life over a driver that only remembers; real ones are in tests/.
import { describe, expect, test } from "vitest";
import type {
  Driver,
  GuestEdits,
  GuestSpec,
  GuestSummary,
  PortForward,
} from "../drivers/driver.ts";
import type { GuestLifecycle } from "../drivers/lifecycle.ts";
import { LocalVolumes } from "../drivers/local-volumes/local-volumes.ts";
import { type PropertyMap, Secret, Unknown } from "../values.ts";
import { createGuest } from "./guest.ts";
import type { GuestImage } from "./guest-machine.ts";
import type { CallContext } from "./resource.ts";

const URN = "urn:pulumi:dev::project::unikernel:index:Guest::web";
const IMAGE = `sha256:${"a".repeat(64)}`;
const OWNER = `${URN} of /program`;

interface Known extends GuestSummary {
  readonly spec: GuestSpec;
  readonly startedAt: Date;
}

/** Guests that are healthy as soon as they are started. */
class MemoryDriver implements Driver {
  readonly name = "qemu";
  volumes?: LocalVolumes;
  readonly known = new Map<string, Known>();
  readonly calls: string[] = [];
  readonly notes: string[] = [];
  missing: string | null = null;
  #next = 40_000;

  add(spec: GuestSpec, progress: GuestSummary["progress"] = "creating"): void {
    this.known.set(spec.id, { ...spec, spec, progress, startedAt: new Date() });
  }
  async unavailable() {
    return this.missing;
  }
  async portProblems(owner: string, ports: readonly PortForward[]) {
    const others = [...this.known.values()].filter((guest) => guest.owner !== owner);
    const taken = (port: PortForward) =>
      others.some((guest) => guest.ports.some(({ host }) => host !== 0 && host === port.host));
    return ports.flatMap((port, index) =>
      taken(port) ? [{ index, reason: `${port.host} is in use` }] : [],
    );
  }
  async guests() {
    return [...this.known.values()];
  }
  async configuration(id: string) {
    return this.known.get(id)?.spec;
  }
  async mark(id: string, owner: string, progress: GuestSummary["progress"]) {
    const guest = this.known.get(id);
    if (guest !== undefined) this.known.set(id, { ...guest, owner, progress });
  }
  async apply(spec: GuestSpec) {
    this.calls.push(`apply ${JSON.stringify(spec.env)}`);
    const ports = spec.ports.map((port) => ({ ...port, host: port.host || this.#next++ }));
    this.add({ ...spec, ports }, this.known.get(spec.id)?.progress);
    return this.status(spec.id);
  }
  async status(id: string) {
    const guest = this.known.get(id);
    if (guest === undefined) return { state: "absent", ports: [] } as const;
    const { ports, startedAt } = guest;
    const consoleLogPath = `/guests/${id}/log`;
    const edited = this.edits === undefined ? {} : { edited: this.edits };
    return { state: "running", ports, startedAt, consoleLogPath, ...edited } as const;
  }
  async setLifecycle(id: string, { shutdownTimeoutMs, restart }: GuestLifecycle) {
    this.calls.push(`lifecycle of ${id}: ${shutdownTimeoutMs} ms, ${restart.when}`);
  }
  async openConsole(): Promise<never> {
    throw new Error("there is no console");
  }
  async accepts() {
    return true;
  }
  async takePorts(id: string) {
    return this.known.get(id)?.ports ?? [];
  }
  async note(_id: string, what: string) {
    this.notes.push(what);
  }
  async stop() {
    this.calls.push("stop");
  }
  async remove(id: string) {
    this.calls.push("remove");
    this.known.delete(id);
  }
  edits: GuestEdits | undefined;
  async readConsole() {
    return Buffer.alloc(0);
  }
  async consoleTail() {
    return [];
  }
}

function workshop(image: Partial<GuestImage> = {}) {
  const driver = new MemoryDriver();
  const guest = createGuest({
    image: async (digest) =>
      digest === IMAGE ? { path: "/image", symbolsPath: "", ...image } : undefined,
    driver: async () => driver,
    programDirectory: "/program",
  });
  const context: CallContext = {
    signal: new AbortController().signal,
    urn: URN,
    status: () => undefined,
    log: () => undefined,
  };
  const check = (news: PropertyMap, olds: PropertyMap = {}) =>
    guest.check(context, { olds, news, randomSeed: new Uint8Array() });
  const create = async (news: PropertyMap) => {
    const { inputs } = await check(news);
    return {
      inputs,
      ...(await guest.create(context, { inputs, preview: false, timeoutSeconds: 0 })),
    };
  };
  return { driver, guest, context, check, create };
}

const TCP = { tcp: 80 };
const web: PropertyMap = { image: IMAGE, ports: [{ host: 8080, guest: 80 }], healthCheck: TCP };
const foreign: GuestSpec = {
  id: "foreign",
  owner: "urn:other of /program",
  digest: IMAGE,
  imagePath: "/image",
  memoryBytes: 1,
  cpus: 1,
  ports: [{ host: 8080, guest: 80, protocol: "tcp", address: "127.0.0.1" }],
  args: [],
  env: {},
  accelerator: "tcg",
};

test("that a guest has become healthy is written down", async () => {
  const { driver, create } = workshop();
  await create(web);
  await create({ image: IMAGE });
  expect(driver.notes).toEqual(["healthy", "up"]);
});

describe("check", () => {
  test("refuses a port that somebody else has", async () => {
    const { driver, check } = workshop();
    driver.add(foreign);
    const { failures } = await check(web);
    expect(failures).toEqual([{ property: "ports[0].host", reason: "8080 is in use" }]);
  });

  test("a port that the resource asked for before is its own, whatever its name was", async () => {
    const { driver, check } = workshop();
    driver.add(foreign);
    const { inputs } = await check({ ...web, ports: [{ host: 8080, guest: 81 }] });
    expect((await check(web, inputs)).failures).toEqual([]);
    // The engine says nothing of the past when it checks what replaces a guest.
    expect((await check(web)).failures).toEqual([]);
  });

  test("volumes need a driver that has them, and an image that mounts them", async () => {
    const { driver, check } = workshop({ manifest: { platform: "kvm", libraries: [] } });
    const volumes = [{ volume: Unknown.instance, path: "/data" }];
    const reasons = async () => (await check({ image: IMAGE, volumes })).failures;
    expect(await reasons()).toEqual([
      { property: "volumes", reason: 'guests of the driver "qemu" have no volumes' },
    ]);
    driver.volumes = new LocalVolumes({
      home: "/nowhere",
      driver: "qemu",
      formatProblem: async () => null,
    });
    expect(await reasons()).toEqual([
      { property: "volumes", reason: expect.stringContaining('no library "volumes"') },
    ]);
  });

  test("says what the driver lacks", async () => {
    const { driver, check } = workshop();
    driver.missing = "no QEMU";
    expect((await check(web)).failures).toEqual([{ property: "driver", reason: "no QEMU" }]);
  });

  test("asks no driver about what is unknown or wrong", async () => {
    const { driver, check } = workshop();
    driver.missing = "no QEMU";
    expect((await check({ ...web, driver: Unknown.instance })).failures).toEqual([]);
    const wrong = await check({ ...web, memory: "much" });
    expect(wrong.failures.map(({ property }) => property)).toEqual(["memory"]);
  });
});

describe("create", () => {
  test("chooses a readable id, starts, and reports what is there", async () => {
    const { driver, create } = workshop();
    const { id, state } = await create({ ...web, ports: [{ guest: 80 }] });
    expect(id).toMatch(/^web-[0-9a-f]{10}$/);
    expect(state).toMatchObject({
      url: "http://127.0.0.1:40000",
      address: "127.0.0.1",
      ports: [{ host: 40_000, guest: 80, protocol: "tcp", address: "127.0.0.1" }],
      consoleLog: `/guests/${id}/log`,
      bootTimeMs: expect.any(Number),
    });
    expect(state).not.toHaveProperty("firstResponseMs");
    expect(driver.known.get(id)).toMatchObject({ owner: OWNER, progress: "created" });
  });

  test("starts nothing in preview", async () => {
    const { driver, guest, context, check } = workshop();
    const { inputs } = await check(web);
    const { state } = await guest.create(context, { inputs, preview: true, timeoutSeconds: 0 });
    expect(state).toMatchObject({ url: "http://127.0.0.1:8080", bootTimeMs: Unknown.instance });
    expect(driver.calls).toEqual([]);
  });

  test("removes what an interrupted creation left, and nothing else", async () => {
    const { driver, create } = workshop();
    driver.add({ ...foreign, ports: [] });
    driver.add({ ...foreign, ports: [], id: "unfinished", owner: OWNER });
    driver.add({ ...foreign, ports: [], id: "forgotten", owner: OWNER }, "created");
    driver.add({ ...foreign, ports: [], id: "in-state", owner: OWNER }, "kept");
    const { id } = await create(web);
    expect([...driver.known.keys()].sort()).toEqual(["foreign", "in-state", id].sort());
  });

  test("an image that this machine lacks is named", async () => {
    const { driver, create } = workshop();
    const other = `sha256:${"b".repeat(64)}`;
    await expect(create({ ...web, image: other })).rejects.toThrow(
      `image: ${other} is not in this machine's store`,
    );
    expect(driver.known.size).toBe(0);
  });
});

describe("diff", () => {
  test("records that the engine knows the guest, also under a new name", async () => {
    const { driver, guest, context, create } = workshop();
    const { id, inputs, state } = await create(web);
    const renamed = { ...context, urn: `${URN}-renamed` };
    await guest.diff(renamed, { id, olds: inputs, state, news: inputs });
    expect(driver.known.get(id)).toMatchObject({
      owner: `${URN}-renamed of /program`,
      progress: "kept",
    });
  });
});

describe("update", () => {
  test("starts the guest again, at the ports it had", async () => {
    const { driver, guest, context, create } = workshop();
    const { id, inputs, state } = await create({ ...web, ports: [{ guest: 80 }] });
    const news = { ...inputs, env: { A: new Secret("2") } };
    const request = { id, olds: inputs, state, news, timeoutSeconds: 0 };
    const planned = await guest.update(context, { ...request, preview: true });
    expect(planned).toMatchObject({ bootTimeMs: Unknown.instance, consoleLog: state.consoleLog });
    const updated = await guest.update(context, { ...request, preview: false });
    expect(updated.url).toBe(state.url);
    expect(driver.calls).toEqual(["apply {}", 'apply {"A":"2"}']);
  });

  test("another health check is tried without starting the guest again", async () => {
    const { driver, guest, context, create } = workshop();
    const { id, inputs, state } = await create(web);
    const { healthCheck: _removed, ...news } = inputs;
    const request = { id, olds: inputs, state, news, timeoutSeconds: 0 };
    const planned = await guest.update(context, { ...request, preview: true });
    const updated = await guest.update(context, { ...request, preview: false });
    expect(updated).toEqual(planned);
    expect(updated).not.toHaveProperty("healthCheck");
    expect(updated.bootTimeMs).toBe(state.bootTimeMs);
    expect(driver.calls).toEqual(["apply {}"]);
  });

  test("how it is ended and kept running changes without starting it again", async () => {
    const { driver, guest, context, create } = workshop();
    const { id, inputs, state } = await create({ image: IMAGE });
    const news = { ...inputs, shutdownTimeout: "3s", restart: "always" };
    const request = { id, olds: inputs, state, news, timeoutSeconds: 0 };
    await guest.update(context, { ...request, preview: false });
    expect(driver.calls).toEqual(["apply {}", `lifecycle of ${id}: 3000 ms, always`]);
  });
});

test("a guest elsewhere is reached at its machine, and preview knows where", async () => {
  const { create, guest, context } = workshop();
  const driver = { name: "libvirt", uri: "qemu+tls://[fd00::1]/system" };
  const ports = [{ host: 8080, guest: 80, address: "0.0.0.0" }];
  const { inputs, state } = await create({ image: IMAGE, driver, ports });
  expect(state.url).toBe("http://[fd00::1]:8080");
  const planned = await guest.create(context, { inputs, preview: true, timeoutSeconds: 0 });
  expect(planned.state.url).toBe("http://[fd00::1]:8080");
});

describe("read", () => {
  test("a guest that is gone is null", async () => {
    const { guest, context, create, driver } = workshop();
    const { id, inputs, state } = await create(web);
    expect((await guest.read(context, { id, inputs, state }))?.state).toEqual(state);
    driver.known.delete(id);
    expect(await guest.read(context, { id, inputs, state })).toBeNull();
  });

  test("shows what somebody else has changed as inputs that differ", async () => {
    const { guest, context, create, driver } = workshop();
    const { id, inputs, state } = await create(web);
    driver.edits = { memoryBytes: 2 ** 26, ports: [] };
    const found = await guest.read(context, { id, inputs, state });
    expect(found?.inputs).toEqual({ ...inputs, memory: "64MiB", ports: [] });
    const { changes } = await guest.diff(context, {
      id,
      olds: found?.inputs ?? {},
      state,
      news: inputs,
    });
    expect(Object.keys(changes)).toEqual(["memory", "ports[0]"]);
  });

  test("imports a guest by its id, with its environment as secrets", async () => {
    const { guest, context, create } = workshop();
    const { id, inputs } = await create({ ...web, env: { A: "1" }, args: ["-v"] });
    const found = await guest.read(context, { id, inputs: {}, state: {} });
    const { healthCheck: _unknown, ...expected } = inputs;
    expect(found?.inputs).toEqual({
      ...expected,
      memory: "32MiB",
      env: { A: new Secret("1") },
      args: ["-v"],
    });
    expect(found?.state.url).toBe("http://127.0.0.1:8080");
    expect(await guest.read(context, { id: "none", inputs: {}, state: {} })).toBeNull();
  });
});

test("delete removes the guest, also twice", async () => {
  const { guest, context, create, driver } = workshop();
  const { id, state } = await create(web);
  await guest.delete(context, { id, state, timeoutSeconds: 0 });
  await guest.delete(context, { id, state, timeoutSeconds: 0 });
  expect(driver.known.size).toBe(0);
});
