// How guests are ended and kept running, with drivers whose guests have a supervisor.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { buildImage, openStore, planImage } from "@pulumi-unikernel/toolchain";
import { beforeAll, describe, expect, test } from "vitest";
import type { Driver, GuestSpec, GuestStatus } from "../../provider/src/drivers/driver.ts";
import type { GuestLifecycle } from "../../provider/src/drivers/lifecycle.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { freePort, processesBelow, TestHome, tcp } from "./qemu-driver-home.ts";
import { SandboxHome } from "./sandbox-driver-home.ts";

const never = new AbortController().signal;
const AGAINST_SLOW_MACHINES = { everyMs: 20, timeoutMs: 30_000 };

interface Home extends AsyncDisposable {
  readonly directory: string;
  readonly driver: Driver;
  spec(guest: object, changes?: Partial<GuestSpec>): Promise<GuestSpec>;
}

const homes = [
  { name: "qemu", platform: "kvm", make: (): Promise<Home> => TestHome.make() },
  { name: "sandbox", platform: "linux", make: (): Promise<Home> => SandboxHome.make() },
] as const;

describe.each(homes)("a guest of the driver $name", ({ platform, make }) => {
  let imagePath: string;
  beforeAll(async () => {
    const plan = await planImage({
      app: join(import.meta.dirname, "lifecycle-app"),
      libraries: [],
      options: {},
      optimize: "size",
      platform,
      architecture: "x86_64",
    });
    imagePath = (await buildImage(plan, openStore())).path;
  }, 300_000);

  async function start(
    home: Home,
    args: readonly string[],
    lifecycle: Partial<GuestLifecycle> = {},
    changes: Partial<GuestSpec> = {},
  ): Promise<GuestSpec> {
    const spec = await home.spec(
      {},
      {
        imagePath,
        args,
        lifecycle: {
          shutdownTimeoutMs: 20_000,
          restart: { when: "no", backoffMs: 10 },
          ...lifecycle,
        },
        ...changes,
      },
    );
    await home.driver.apply(spec, never);
    return spec;
  }

  const shows = (home: Home, id: string, text: string, times = 1) =>
    poll(async () => {
      const lines = await home.driver.consoleTail(id, 1_000);
      const found = lines.filter((line) => line.includes(text)).length >= times;
      return found ? lines : undefined;
    }, AGAINST_SLOW_MACHINES);
  const reaches = (home: Home, id: string, is: (status: GuestStatus) => boolean) =>
    poll(async () => {
      const status = await home.driver.status(id);
      return is(status) ? status : undefined;
    }, AGAINST_SLOW_MACHINES);
  const hasEnded = ({ state }: GuestStatus) => state === "stopped" || state === "crashed";
  /** As a host does that shuts down, so that what is left can be looked at. */
  async function askSupervisor(home: Home, id: string): Promise<void> {
    for (const pid of await processesBelow(home.directory)) {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      const command = line.split("\0");
      if (command[1] === "--supervise" && command[2] === id) process.kill(pid, "SIGTERM");
    }
  }

  test("is asked to end, and has the time for it", async () => {
    await using home = await make();
    const { id } = await start(home, ["handle"]);
    await shows(home, id, "ready");
    await askSupervisor(home, id);
    expect(await reaches(home, id, hasEnded)).toMatchObject({ state: "stopped", exitStatus: 7 });
    expect(await home.driver.consoleTail(id, 9)).toEqual([
      "ready",
      "saving what there is",
      "handled",
    ]);
    await expect.poll(() => processesBelow(home.directory), { timeout: 5_000 }).toEqual([]);
  });

  test("ends with 143 when it has no handler", async () => {
    await using home = await make();
    const { id } = await start(home, []);
    await shows(home, id, "ready");
    await askSupervisor(home, id);
    expect(await reaches(home, id, hasEnded)).toMatchObject({ exitStatus: 143 });
  });

  test("is killed when it does not end in time", async () => {
    await using home = await make();
    const { id } = await start(home, ["ignore"], { shutdownTimeoutMs: 300 });
    await shows(home, id, "ready");
    await askSupervisor(home, id);
    const ended = await reaches(home, id, hasEnded);
    expect(ended).toMatchObject({ state: "stopped" });
    expect(ended).not.toHaveProperty("exitStatus");
  });

  test("is killed at once when it is given no time", async () => {
    await using home = await make();
    const { id } = await start(home, ["handle"], { shutdownTimeoutMs: 0 });
    await shows(home, id, "ready");
    await askSupervisor(home, id);
    await reaches(home, id, hasEnded);
    expect(await home.driver.consoleTail(id, 9)).toEqual(["ready"]);
  });

  test("removing it waits for its end", async () => {
    await using home = await make();
    const { id } = await start(home, ["handle"]);
    await shows(home, id, "ready");
    const console = await home.driver.openConsole(id);
    let said = "";
    console.on("data", (chunk) => {
      said += chunk;
    });
    await home.driver.remove(id);
    expect(said).toContain("handled");
    expect(await processesBelow(home.directory)).toEqual([]);
  });

  test("stays ended without a policy", async () => {
    await using home = await make();
    const { id } = await start(home, ["exit", "3"]);
    const ended = await reaches(home, id, hasEnded);
    expect(ended).toMatchObject({ exitStatus: 3, restarts: 0 });
  });

  test("is started again after a failure, and given up after as many restarts", async () => {
    await using home = await make();
    const restart = { when: "on-failure", maxRetries: 3, backoffMs: 10 } as const;
    const { id } = await start(home, ["crash"], { restart });
    const ended = await reaches(home, id, hasEnded);
    expect(ended).toMatchObject({ state: "crashed", exitStatus: 134, restarts: 3 });
    const lines = (await shows(home, id, "[unikernel] crash {", 4)) ?? [];
    expect(lines.filter((line) => line.startsWith("[unikernel] restart "))).toEqual(
      [
        "[unikernel] restart 1 in 10 ms, after exit status 134 (1 of 3 in a row)",
        "[unikernel] restart 2 in 20 ms, after exit status 134 (2 of 3 in a row)",
        "[unikernel] restart 3 in 40 ms, after exit status 134 (3 of 3 in a row)",
      ].map((line) => (platform === "kvm" ? line.replace("134", "127 or more") : line)),
    );
  });

  test("is not started again on-failure when it ended well, but always", async () => {
    await using home = await make();
    const well = await start(home, ["exit", "0"], {
      restart: { when: "on-failure", backoffMs: 10 },
    });
    const always = await start(home, ["exit", "0"], { restart: { when: "always", backoffMs: 10 } });
    expect(await reaches(home, well.id, hasEnded)).toMatchObject({ exitStatus: 0, restarts: 0 });
    const again = await reaches(home, always.id, ({ restarts }) => (restarts ?? 0) >= 3);
    expect(hasEnded(again ?? { state: "absent", ports: [] })).toBe(false);
    await home.driver.remove(always.id);
    expect(await processesBelow(home.directory)).toEqual([]);
  });

  test("is not started again after it was asked to end", async () => {
    await using home = await make();
    const { id } = await start(home, ["handle"], { restart: { when: "always", backoffMs: 10 } });
    await shows(home, id, "ready");
    await askSupervisor(home, id);
    expect(await reaches(home, id, hasEnded)).toMatchObject({ exitStatus: 7, restarts: 0 });
  });

  test("runs again with its arguments, secrets and the ports that it has come to have", async () => {
    await using home = await make();
    const port = tcp(await freePort(), 80);
    // Longer than the network of the one that was killed takes to go away.
    const restart = { when: "on-failure", backoffMs: 500 } as const;
    const settings = { ports: [port], env: { TOKEN: "hush" } };
    const old = await start(home, [], {}, { ports: [port] });
    const next = await start(home, [], { restart }, settings);
    await home.driver.takePorts(next.id, [port]);
    await home.driver.remove(old.id);
    const ran = await reaches(home, next.id, ({ state }) => state === "running");
    const killed = (await processesBelow(home.directory)).map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "--supervise");
      if (!command.includes("--supervise")) process.kill(pid, "SIGKILL");
    });
    await Promise.all(killed);
    // More than once, where something has not yet given back what the next needs.
    const again = await reaches(
      home,
      next.id,
      ({ state, restarts = 0 }) => state === "running" && restarts > 0,
    );
    expect(again?.startedAt?.getTime()).toBeGreaterThan(ran?.startedAt?.getTime() ?? Infinity);
    await shows(home, next.id, "ready", 2);
    expect((await home.driver.status(next.id)).ports).toEqual([port]);
    expect(await home.driver.portProblems("urn:other", [port])).toHaveLength(1);
    expect(await home.driver.configuration(next.id)).toEqual({ args: [], env: { TOKEN: "hush" } });
    // It is what was asked for: nothing is to be done about it.
    const same = await home.driver.apply(next, never);
    expect(same.restarts).toBeGreaterThan(0);
  });

  test("keeps to a policy that was changed while it ran", async () => {
    await using home = await make();
    const restart = { when: "always", backoffMs: 50 } as const;
    const { id } = await start(home, ["exit", "4"], { restart });
    await reaches(home, id, ({ restarts }) => (restarts ?? 0) >= 1);
    const plain = { shutdownTimeoutMs: 0, restart: { when: "no", backoffMs: 50 } } as const;
    await home.driver.setLifecycle(id, plain);
    expect(await reaches(home, id, hasEnded)).toMatchObject({ exitStatus: 4 });
  });

  test("has a console that can be typed to", async () => {
    await using home = await make();
    const { id } = await start(home, ["echo"]);
    await shows(home, id, "ready");
    const console = await home.driver.openConsole(id);
    // The second is a byte that means something to QEMU's multiplexer.
    console.write("hello\n\x01b\n");
    expect(await shows(home, id, "you said: hello")).toBeDefined();
    expect(await shows(home, id, "you said: \\x01b")).toBeDefined();
    console.destroy();
    expect((await home.driver.status(id)).state).toBe("running");
  });

  test("does not fill the disk with what it says", async (context) => {
    if (platform === "kvm") context.skip("an emulated serial line takes minutes for so much");
    await using home = await make();
    const { id } = await start(home, ["flood", String(20 * 2 ** 20)]);
    expect(await shows(home, id, "flooded")).toBeDefined();
    const directory = join(home.directory, "guests", id);
    const logs = (await readdir(directory)).filter((name) => /^console.*\.log$/.test(name));
    expect(logs.sort()).toEqual(["console.log", "console.previous.log"]);
    const sizes = await Promise.all(
      logs.map(async (name) => (await stat(join(directory, name))).size),
    );
    for (const size of sizes) expect(size).toBeLessThanOrEqual(8 * 2 ** 20);
  });
});
