// What goes wrong on a machine: processes are killed, files are damaged, ports are taken, memory
// and disks are too small. Each gives one clear error, or leaves what was there running.
import { execFileSync } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NETWORK } from "../../provider/src/drivers/qemu/command-line.ts";
import { QemuDriver } from "../../provider/src/drivers/qemu/qemu-driver.ts";
import { withMonitor } from "../../provider/src/drivers/qemu/qmp.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { freePort, processesBelow, TestHome, tcp } from "../conformance/qemu-driver-home.ts";
import { checkedInputs, DIGEST, guestResource, silentContext } from "./guest-resource.ts";

const never = new AbortController().signal;
const OTHER_DIGEST = `sha256:${"b".repeat(64)}`;
const guestFile = (home: TestHome, id: string, name: string) =>
  join(home.directory, "guests", id, name);

async function monitorPid(home: TestHome, id: string): Promise<number> {
  const text = await readFile(guestFile(home, id, "guest.json"), "utf8");
  return (JSON.parse(text) as { process: { pid: number } }).process.pid;
}

function listen(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) =>
    server.listen(port, "127.0.0.1", () => {
      resolve(server);
    }),
  );
}

test("after kill -9 of QEMU, Read says that the guest is gone, and Create starts another", async () => {
  await using home = await TestHome.make();
  const image = await home.image({ text: "up\n" });
  const guest = guestResource(home.driver, { [DIGEST]: image });
  const inputs = await checkedInputs(guest, { image: DIGEST, accelerator: "tcg" });
  const request = { inputs, preview: false, timeoutSeconds: 0 };
  const { id, state } = await guest.create(silentContext(), request);
  const alive = await guest.read(silentContext(), { id, inputs, state });
  expect(alive?.state).toEqual(state);

  process.kill(await monitorPid(home, id), "SIGKILL");
  const gone = await poll(
    async () => (await guest.read(silentContext(), { id, inputs, state })) === null || undefined,
    { everyMs: 10, timeoutMs: 10_000 },
  );
  expect(gone).toBe(true);
  const status = await home.driver.status(id);
  expect(status.state).toBe("stopped");
  expect(status.exitStatus, "137 is not a guest's status 68").toBeUndefined();
  const next = await guest.create(silentContext(), request);
  expect((await home.driver.status(next.id)).state).toBe("running");
});

test("a guest ends with its supervisor, so that none is left that nobody watches", async () => {
  await using home = await TestHome.make();
  const spec = await home.spec({});
  await home.driver.apply(spec, never);
  const monitor = await monitorPid(home, spec.id);
  const [supervisor] = (await processesBelow(home.directory)).filter((pid) => pid !== monitor);
  if (supervisor === undefined) throw new Error("nobody supervises");
  process.kill(supervisor, "SIGKILL");
  await poll(async () => (await processesBelow(home.directory)).length === 0 || undefined, {
    everyMs: 10,
    timeoutMs: 10_000,
  });
  expect((await home.driver.status(spec.id)).state).toBe("stopped");
  expect((await home.driver.apply(spec, never)).state).toBe("running");
  await home.driver.remove(spec.id);
  expect(await processesBelow(home.directory)).toEqual([]);
});

test.each([
  ["cut off", '{ "format": 1, "id": "'],
  ["empty", ""],
  ["of another kind", "[]"],
])("a record that is %s hides no running guest and disturbs no other", async (_kind, damage) => {
  await using home = await TestHome.make();
  const damaged = await home.spec({ text: "up\n" }, { ports: [tcp(0, 80)] });
  const other = await home.spec({}, { ports: [tcp(0, 80)] });
  const before = await home.driver.apply(damaged, never);
  await home.driver.apply(other, never);
  await writeFile(guestFile(home, damaged.id, "guest.json"), damage);

  expect(await home.driver.status(damaged.id)).toMatchObject({
    state: "running",
    ports: before.ports,
  });
  expect((await home.driver.guests()).map(({ id }) => id)).toEqual([other.id]);
  const again = await home.driver.apply(damaged, never);
  expect(again.state).toBe("running");
  expect(await processesBelow(home.directory)).toHaveLength(4);
  await rm(guestFile(home, damaged.id, "guest.json"));
  await home.driver.remove(damaged.id);
  expect(await processesBelow(home.directory)).toHaveLength(2);
});

test("a process with the recorded id that is not the guest is neither believed nor killed", async () => {
  await using home = await TestHome.make();
  const spec = await home.spec({ exit: 4 });
  await home.driver.apply(spec, never);
  await poll(async () => (await processesBelow(home.directory)).length === 0 || undefined, {
    everyMs: 10,
    timeoutMs: 10_000,
  });
  const file = guestFile(home, spec.id, "guest.json");
  const record = JSON.parse(await readFile(file, "utf8")) as object;
  const identity = { pid: process.pid, startTicks: 1 };
  await writeFile(file, JSON.stringify({ ...record, process: identity }));
  expect(await home.driver.status(spec.id)).toMatchObject({ state: "stopped", exitStatus: 4 });
  await home.driver.remove(spec.id);
});

test("a port that is taken between Check and Create", async () => {
  await using home = await TestHome.make();
  const port = await freePort();
  let thief: Server | undefined;
  const driver = new QemuDriver({ home: home.directory });
  const image = await home.image({ text: "up\n" });
  const guest = guestResource(driver, { [DIGEST]: image });
  const news = { image: DIGEST, ports: [{ host: port, guest: 80 }], accelerator: "tcg" };
  const inputs = await checkedInputs(guest, news);
  thief = await listen(port);
  try {
    const creation = guest.create(silentContext(), { inputs, preview: false, timeoutSeconds: 0 });
    await expect(creation).rejects.toThrow(
      new RegExp(`tcp port ${port} of 127.0.0.1 is in use by process ${process.pid} `),
    );
    expect(await home.driver.guests()).toEqual([]);
    expect(await processesBelow(home.directory)).toEqual([]);
  } finally {
    thief.close();
  }
});

test("a port that is taken while QEMU starts", async () => {
  await using home = await TestHome.make();
  const port = await freePort();
  // The step is told synchronously: only a process of its own is fast enough.
  const script = `require("net").createServer().listen(${port}, "127.0.0.1", () => process.send("taken"))`;
  let thief: import("node:child_process").ChildProcess | undefined;
  const { fork } = await import("node:child_process");
  const thiefFile = join(home.directory, "thief.cjs");
  await writeFile(thiefFile, script);
  const driver = new QemuDriver({
    home: home.directory,
    onStep: (step) => {
      if (step !== "recorded") return;
      thief = fork(thiefFile, { execArgv: [] });
      const end = Date.now() + 10_000;
      const wanted = port.toString(16).toUpperCase().padStart(4, "0");
      const isTaken = () =>
        execFileSync("cat", ["/proc/net/tcp"], { encoding: "utf8" }).includes(
          `0100007F:${wanted} 00000000:0000 0A`,
        );
      while (!isTaken() && Date.now() < end) execFileSync("sleep", ["0.02"]);
    },
  });
  try {
    const spec = await home.spec({}, { ports: [tcp(port, 80)] });
    await expect(driver.apply(spec, never)).rejects.toThrow(
      new RegExp(`tcp port ${port} of 127.0.0.1 is in use by process ${thief?.pid ?? ""}`),
    );
    await driver.remove(spec.id);
    expect(await readdir(join(home.directory, "guests"))).toEqual([]);
  } finally {
    thief?.kill("SIGKILL");
  }
});

test("more memory than there is: QEMU's own words, and nothing left", async () => {
  await using home = await TestHome.make();
  const spec = await home.spec({}, { memoryBytes: 2 ** 50 });
  await expect(home.driver.apply(spec, never)).rejects.toThrow(/QEMU did not start: .*memory/);
  // The shell that has told of QEMU's end takes a moment to end itself.
  await expect.poll(() => processesBelow(home.directory), { timeout: 5000 }).toEqual([]);
  await home.driver.remove(spec.id);
});

test("an image that is not bootable", async () => {
  await using home = await TestHome.make();
  const spec = await home.spec({});
  await writeFile(spec.imagePath, "not an image");
  await expect(home.driver.apply(spec, never)).rejects.toThrow(/QEMU did not start: .*kernel/);
});

test("a successor that never becomes healthy leaves its predecessor serving", async () => {
  await using home = await TestHome.make();
  const port = await freePort();
  const crash =
    '[unikernel] crash {"build":"0","reason":"page fault: null pointer","registers":{"rip":"0x100123"},"frames":[]}\n';
  const guest = guestResource(home.driver, {
    [DIGEST]: await home.image({ text: "up\n" }),
    [OTHER_DIGEST]: await home.image({ text: `starting\n${crash}`, exit: 127 }),
  });
  const news = {
    image: DIGEST,
    ports: [{ host: port, guest: 80 }],
    accelerator: "tcg",
    healthCheck: { console: "up", interval: "100ms", retries: 100 },
  };
  const inputs = await checkedInputs(guest, news);
  const request = { inputs, preview: false, timeoutSeconds: 0 };
  const old = await guest.create(silentContext(), request);
  const broken = { ...request, inputs: { ...inputs, image: OTHER_DIGEST } };
  await expect(guest.create(silentContext(), broken)).rejects.toThrow(
    "the guest crashed. The end of its console:\n  | starting\n  | crash: page fault: null pointer\n  |   at 0x100123",
  );
  expect((await home.driver.guests()).map(({ id }) => id)).toEqual([old.id]);
  expect(await home.driver.status(old.id)).toMatchObject({
    state: "running",
    ports: [tcp(port, 80)],
  });
});

test("settings that do not work: the guest runs again as before", async () => {
  await using home = await TestHome.make();
  const image = await home.image({ showConfiguration: true });
  const guest = guestResource(home.driver, { [DIGEST]: image });
  const news = { image: DIGEST, accelerator: "tcg", env: { MODE: "good" }, ports: [{ guest: 80 }] };
  const healthCheck = { console: "env:MODE=good", interval: "100ms", timeout: "100ms", retries: 3 };
  const olds = await checkedInputs(guest, { ...news, healthCheck });
  const { id, state } = await guest.create(silentContext(), {
    inputs: olds,
    preview: false,
    timeoutSeconds: 0,
  });
  const update = guest.update(silentContext(), {
    id,
    olds,
    state,
    news: { ...olds, env: { MODE: "bad" } },
    preview: false,
    timeoutSeconds: 0,
  });
  await expect(update).rejects.toThrow(
    /did not become healthy within 0\.3 s[\s\S]*env:MODE=bad[\s\S]*runs again with its previous settings/,
  );
  expect((await home.driver.configuration(id))?.env).toEqual({ MODE: "good" });
  expect((await guest.read(silentContext(), { id, inputs: olds, state }))?.state.url).toBe(
    state.url,
  );
});

test("a cancelled creation removes the guest", async () => {
  await using home = await TestHome.make();
  const image = await home.image({ text: "up\n" });
  const guest = guestResource(home.driver, { [DIGEST]: image });
  const inputs = await checkedInputs(guest, {
    image: DIGEST,
    accelerator: "tcg",
    healthCheck: { console: "never" },
  });
  const controller = new AbortController();
  const creation = guest.create(silentContext(controller.signal), {
    inputs,
    preview: false,
    timeoutSeconds: 0,
  });
  const outcome = expect(creation).rejects.toThrow("cancelled by the test");
  await poll(async () => (await processesBelow(home.directory)).length > 1 || undefined, {
    everyMs: 10,
    timeoutMs: 20_000,
  });
  controller.abort(new Error("cancelled by the test"));
  await outcome;
  expect(await home.driver.guests()).toEqual([]);
  expect(await processesBelow(home.directory)).toEqual([]);
});

test("a takeover that was cut short: the predecessor gets its port back", async () => {
  await using home = await TestHome.make();
  const wanted = [tcp(await freePort(), 80)];
  const old = await home.spec({}, { ports: wanted });
  const next = await home.spec({}, { ports: wanted });
  await home.driver.apply(old, never);
  await home.driver.apply(next, never);
  // As after a crash right between giving and taking: neither record knows.
  const rule = `hostfwd_remove ${NETWORK} tcp:127.0.0.1:${wanted[0]?.host}`;
  await withMonitor(guestFile(home, old.id, "qmp.sock"), (qmp) => qmp.human(rule));
  await home.driver.remove(next.id);
  const table = await withMonitor(guestFile(home, old.id, "qmp.sock"), (qmp) =>
    qmp.human("info usernet"),
  );
  expect(table).toContain(String(wanted[0]?.host));
});

const canMount = (() => {
  try {
    execFileSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

test.skipIf(!canMount)("a full disk (needs the right to mount a file system)", async () => {
  await using home = await TestHome.make("small");
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", home.directory]);
  try {
    const image = await home.image({ text: "up\n" });
    const guest = guestResource(home.driver, { [DIGEST]: image });
    const inputs = await checkedInputs(guest, { image: DIGEST, accelerator: "tcg" });
    const request = { inputs, preview: false, timeoutSeconds: 0 };
    const first = await guest.create(silentContext(), request);
    const filler = join(home.directory, "filler");
    await writeFile(filler, Buffer.alloc(2 ** 20)).catch(() => undefined);
    await expect(guest.create(silentContext(), request)).rejects.toThrow(
      `no space left on device for ${join(home.directory, "guests")}; make room and try again`,
    );
    expect((await home.driver.status(first.id)).state).toBe("running");
    await rm(filler);
    const second = await guest.create(silentContext(), request);
    expect((await home.driver.status(second.id)).state).toBe("running");
    await home.driver.remove(first.id);
    await home.driver.remove(second.id);
  } finally {
    execFileSync("umount", ["-l", home.directory]);
  }
});
