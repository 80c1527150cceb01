// `unikernel ps`, `logs` and `console` with guests that run, as a user types them.
import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildImage, openStore, planImage } from "@pulumi-unikernel/toolchain";
import { beforeAll, describe, expect, test } from "vitest";
import type { Driver, GuestSpec } from "../../provider/src/drivers/driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { TestHome, tcp } from "./qemu-driver-home.ts";
import { SandboxHome } from "./sandbox-driver-home.ts";

const never = new AbortController().signal;
const MAIN = join(import.meta.dirname, "../../toolchain/src/cli/main.ts");
const OWNER = "urn:pulumi:dev::shop::unikernel:index:Guest::front of /program";

/** A terminal: types when a text has appeared, and shows all that was seen. */
const TERMINAL = `
import os, pty, select, sys
steps = [tuple(step.split("=", 1)) for step in sys.argv[1].split("|")]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, since = b"", 0
while True:
    if steps and steps[0][0].encode() in seen[since:]:
        since = len(seen)
        os.write(terminal, steps.pop(0)[1].encode().decode("unicode_escape").encode())
    if not select.select([terminal], [], [], 30)[0]:
        break
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
sys.stdout.write(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

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
