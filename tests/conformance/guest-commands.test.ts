// `unikernel ps`, `logs`, `events`, `top` and `console` with guests that run, as a user types them.
import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildImage, openStore, planImage } from "@pulumi-unikernel/toolchain";
import { beforeAll, describe, expect, test } from "vitest";
import type { Driver, GuestSpec } from "../../provider/src/drivers/driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { TestHome, tcp } from "./qemu-driver-home.ts";
import { SandboxHome } from "./sandbox-driver-home.ts";
import { TERMINAL } from "./typed-terminal.ts";

const never = new AbortController().signal;
const MAIN = join(import.meta.dirname, "../../toolchain/src/cli/main.ts");
const OWNER = "urn:pulumi:dev::shop::unikernel:index:Guest::front of /program";

interface Home extends AsyncDisposable {
  readonly directory: string;
  readonly driver: Driver;
  spec(guest: object, changes?: Partial<GuestSpec>): Promise<GuestSpec>;
}

const homes = [
  { name: "qemu", platform: "kvm", make: (): Promise<Home> => TestHome.make() },
  { name: "sandbox", platform: "linux", make: (): Promise<Home> => SandboxHome.make() },
] as const;

describe.each(homes)("with guests of the driver $name", ({ name, platform, make }) => {
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

  async function start(home: Home, args: readonly string[], changes: Partial<GuestSpec> = {}) {
    const spec = await home.spec({}, { imagePath, args, owner: OWNER, ...changes });
    await home.driver.apply(spec, never);
    return spec;
  }
  const environment = (home: Home) => ({ ...process.env, UNIKERNEL_HOME: home.directory });
  const run = async (home: Home, ...words: string[]) => {
    const options = { env: environment(home) };
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...words], options);
    return stdout;
  };

  test("ps lists them", async () => {
    await using home = await make();
    const spec = await start(home, [], { ports: [tcp(0, 80)] });
    const ended = await start(home, ["exit", "3"], { owner: "somebody" });
    const isOver = async () =>
      (await home.driver.status(ended.id)).state === "stopped" ? true : undefined;
    await poll(isOver, { everyMs: 20, timeoutMs: 20_000 });
    const port = (await home.driver.status(spec.id)).ports[0]?.host;
    const rows = JSON.parse(await run(home, "ps", "--json"));
    expect(rows).toMatchObject([
      {
        ...{ name: "front", id: spec.id, driver: name, state: "running", memory: "16MiB" },
        ...{ restarts: 0, digest: spec.digest, ports: [`127.0.0.1:${port}->80/tcp`] },
      },
      { name: ended.id, state: "stopped (3)", uptime: "" },
    ]);
    const table = await run(home, "ps");
    expect(table).toMatch(/^NAME +ID +DRIVER +STATE +DIGEST +UPTIME +MEMORY +RESTARTS +PORTS\n/);
    expect(table).toMatch(
      new RegExp(
        `^front +${spec.id} +${name} +running +sha256:000000000000 +\\d+s +16MiB +0 `,
        "m",
      ),
    );
  });

  test("logs shows every run of a guest that has crashed", async () => {
    await using home = await make();
    const restart = { when: "always", maxRetries: 1, backoffMs: 10 } as const;
    const { id } = await start(home, ["crash"], { lifecycle: { shutdownTimeoutMs: 0, restart } });
    // It ends by itself when the guest has ended for good.
    const followed = await run(home, "logs", "-f", "front");
    const whole = await run(home, "logs", id.slice(0, -2));
    expect(followed).toBe(whole);
    expect(whole.match(/^ready/gm)).toHaveLength(2);
    expect(whole.match(/^\[unikernel\] crash \{/gm)).toHaveLength(2);
    expect(whole).toContain("[unikernel] restart 1 in 10 ms");
    const tail = await run(home, "logs", "--tail", "3", "front");
    expect(whole.endsWith(tail)).toBe(true);
    expect(tail.trimEnd().split("\n")).toHaveLength(3);
  });

  test("logs -f goes on until Ctrl-C", async () => {
    await using home = await make();
    const { id } = await start(home, ["echo"]);
    const child = spawn(process.execPath, [MAIN, "logs", "-f", "front"], {
      env: environment(home),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let seen = "";
    child.stdout.on("data", (bytes) => {
      seen += bytes;
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const has = (text: string) => () => (seen.includes(text) ? true : undefined);
    expect(await poll(has("ready"), { everyMs: 10, timeoutMs: 20_000 })).toBe(true);
    const console = await home.driver.openConsole(id);
    console.write("more\n");
    expect(await poll(has("you said: more"), { everyMs: 10, timeoutMs: 20_000 })).toBe(true);
    console.destroy();
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  });

  test("events tells what happened, also to a guest that is gone", async () => {
    await using home = await make();
    const restart = { when: "on-failure", maxRetries: 1, backoffMs: 10 } as const;
    const lifecycle = { shutdownTimeoutMs: 20_000, restart };
    const failing = await start(home, ["exit", "3"], { lifecycle });
    const isOver = async () => (await home.driver.status(failing.id)).state === "stopped";
    const patience = { everyMs: 20, timeoutMs: 20_000 };
    expect(await poll(async () => (await isOver()) || undefined, patience)).toBe(true);
    await home.driver.note?.(failing.id, "healthy");
    const calm = await start(home, ["handle"], { lifecycle });
    const isReady = async () => (await home.driver.consoleTail(calm.id, 1))[0] === "ready";
    expect(await poll(async () => (await isReady()) || undefined, patience)).toBe(true);
    await home.driver.stop(calm.id);
    await home.driver.remove(failing.id);
    const lines = (await run(home, "events", "--json")).trimEnd().split("\n");
    const events = lines.map((line) => JSON.parse(line) as { guest: string; what: string });
    const of = (id: string) => events.filter(({ guest }) => guest === id).map(({ what }) => what);
    const end = "ended, exit status 3";
    expect(of(failing.id)).toEqual(["started", end, "restarted (1)", end, "healthy", "removed"]);
    expect(of(calm.id)).toEqual(["started", "asked to end", "ended, exit status 7"]);
    const table = await run(home, "events", calm.id.slice(0, -2));
    expect(table).toMatch(
      new RegExp(`^\\d{4}-\\d\\d-\\d\\d [0-9:]{8} {2}${calm.id} {2}started$`, "m"),
    );
    expect(table).not.toContain(failing.id);
  });

  test("events -f goes on until Ctrl-C", async () => {
    await using home = await make();
    const child = spawn(process.execPath, [MAIN, "events", "-f"], {
      env: environment(home),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let seen = "";
    child.stdout.on("data", (bytes) => {
      seen += bytes;
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const { id } = await start(home, []);
    const has = () => (seen.includes(`  ${id}  started\n`) ? true : undefined);
    expect(await poll(has, { everyMs: 10, timeoutMs: 20_000 })).toBe(true);
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  });

  test("top is one table where there is no terminal, and refreshes in place on one", async () => {
    await using home = await make();
    const { id, digest } = await start(home, []);
    const head = "NAME +ID +STATE +DIGEST +UPTIME +CPU +RESIDENT +OF +RESTARTS";
    const row = `front +${id} +running +${digest.slice(0, 19)} +\\d+s +\\d+\\.\\d% +\\d+\\.\\dMiB +16MiB +0`;
    expect(await run(home, "top")).toMatch(new RegExp(`^${head}\n${row}\n$`));
    const command = [process.execPath, MAIN, "top", "--interval", "0.1"];
    // The first table has no shares yet: what leaves is typed at the second.
    const { stdout } = await promisify(execFile)("python3", ["-c", TERMINAL, "%=q", ...command], {
      env: environment(home),
    });
    const escapeCharacter = String.fromCharCode(27);
    const [before, ...frames] = stdout.split(`${escapeCharacter}[H`);
    expect(before).toBe(`${escapeCharacter}[?1049h${escapeCharacter}[?25l`);
    expect(frames.length).toBeGreaterThan(1);
    // Each line clears what stood behind it, each table what stood below.
    const plain = frames.map((frame) => frame.replaceAll(escapeCharacter, ""));
    const table = new RegExp(`^${head}\\[K\\r+\\nfront +${id} .*\\[K\\[J`);
    for (const frame of plain) expect(frame).toMatch(table);
    expect(plain.at(-1)).toMatch(/%.*\[\?25h\[\?1049l$/s);
  });

  test("a console in a terminal takes what is typed, and is left with Ctrl-]", async () => {
    await using home = await make();
    const { id } = await start(home, ["echo"]);
    const steps = "ready=hello\\r|you said: hello=\\x1d";
    const command = [process.execPath, MAIN, "console", "front"];
    const { stdout } = await promisify(execFile)("python3", ["-c", TERMINAL, steps, ...command], {
      env: environment(home),
    });
    expect(stdout).toContain(`${id}: Ctrl-] leaves\r\n`);
    expect(stdout).toContain("you said: hello\r\n");
    expect(stdout).toMatch(/left\r\n$/);
    expect((await home.driver.status(id)).state).toBe("running");
  });

  test("a console ends with its guest", async () => {
    await using home = await make();
    const { id } = await start(home, ["handle"], {
      lifecycle: { shutdownTimeoutMs: 20_000, restart: { when: "no", backoffMs: 0 } },
    });
    const child = spawn(process.execPath, [MAIN, "console", id], {
      env: environment(home),
      stdio: ["pipe", "pipe", "pipe"],
    });
    let seen = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes) => {
        seen += bytes;
      });
    }
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const isReady = () => (seen.includes("ready") ? true : undefined);
    expect(await poll(isReady, { everyMs: 10, timeoutMs: 20_000 })).toBe(true);
    await home.driver.stop(id);
    expect(await ended).toBe(0);
    expect(seen).toContain("handled");
    expect(seen).toContain("the guest has ended");
    const again = promisify(execFile)(process.execPath, [MAIN, "console", id], {
      env: environment(home),
    });
    await expect(again).rejects.toThrow("does not run (stopped)");
  });
});
