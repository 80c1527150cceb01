// `npm run up`, `env` and `down` as a user types them, and `pulumi` by hand, in a copy of this
// repository, so that a stack of the developer's own is left alone.
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { guestDirectories, makeHome, processesOf } from "./support/home.ts";
import { freePort, get } from "./support/network.ts";

const repository = join(import.meta.dirname, "../..");
let directory: string;
let copy: string;
let home: string;
let hostPort: number;
let url: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "unikernel-commands-"));
  copy = join(directory, "repository");
  home = join(directory, "home");
  const left = new Set(["node_modules", ".git", ".unikernel"]);
  cpSync(repository, copy, { recursive: true, filter: (path) => !left.has(basename(path)) });
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  makeHome(home, { store: "shared" });
  hostPort = await freePort();
});
afterAll(async () => {
  await shell("sh scripts/run down");
  rmSync(directory, { recursive: true, force: true });
});

interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly output: string;
  readonly seconds: number;
}

/** Runs a line of shell in the copy, without the variables that `npm run env` would set. */
function shell(line: string): Promise<Result> {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    UNIKERNEL_HOME: home,
    PULUMI_HOME: join(directory, "pulumi-home"),
    // A user's own settings, which ours have to win over.
    PULUMI_BACKEND_URL: "file:///no/such/backend",
    PULUMI_CONFIG_PASSPHRASE: "another one",
  };
  delete environment.PULUMI_CONFIG_PASSPHRASE_FILE;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn("sh", ["-c", line], {
      cwd: copy,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({
        status: code ?? 1,
        stdout,
        output,
        seconds: (performance.now() - started) / 1000,
      }),
    );
  });
}

test("`npm run up` ends with four lines, and the URL answers", { timeout: 600_000 }, async () => {
  const result = await shell(`npm run up -- --config hostPort=${hostPort}`);
  expect(result.status, result.output).toBe(0);
  const lines = result.stdout.trimEnd().split("\n").slice(-4);
  expect(lines).toEqual([
    `url: http://127.0.0.1:${hostPort}`,
    expect.stringMatching(/^digest: sha256:[0-9a-f]{64}$/),
    expect.stringMatching(/^sizeBytes: \d+$/),
    expect.stringMatching(/^firstResponseMs: \d+(\.\d+)?$/),
  ]);
  url = lines[0]?.slice("url: ".length) ?? "";
  expect((await get(url)).status).toBe(200);
  expect((await get(`${url}/healthz`)).status).toBe(200);
});

test("the passphrase that was made is readable by its owner only", () => {
  expect(statSync(join(copy, ".unikernel/passphrase")).mode & 0o777).toBe(0o600);
});

test("a second `npm run up` changes nothing and takes seconds", async () => {
  const processes = processesOf(home).map(({ pid }) => pid);
  const result = await shell("npm run up");
  expect(result.status, result.output).toBe(0);
  expect(result.output).toMatch(/3 unchanged/);
  expect(result.output).not.toMatch(/created|updated|replaced|deleted/);
  expect(result.seconds).toBeLessThan(20);
  expect(processesOf(home).map(({ pid }) => pid)).toEqual(processes);
});

test("`pulumi` typed by hand works with the variables of `npm run env`", async () => {
  const preview = await shell('eval "$(npm run -s env)" && pulumi preview --non-interactive');
  expect(preview.status, preview.output).toBe(0);
  expect(preview.output).toMatch(/3 unchanged/);
  const refresh = await shell('eval "$(npm run -s env)" && pulumi refresh --yes --non-interactive');
  expect(refresh.status, refresh.output).toBe(0);
});

test("`npm run up` notices a guest that died and starts it again", async () => {
  for (const { pid, commandLine } of processesOf(home)) {
    if (/^\S*qemu-system-/.test(commandLine)) process.kill(pid, "SIGKILL");
  }
  await expect(get(url, 1_000)).rejects.toThrow();
  const result = await shell("npm run up");
  expect(result.status, result.output).toBe(0);
  expect((await get(url)).status).toBe(200);
});

test("`npm run down` leaves no process and no guest", async () => {
  const result = await shell("npm run down");
  expect(result.status, result.output).toBe(0);
  expect(processesOf(directory)).toEqual([]);
  expect(guestDirectories(home)).toEqual([]);
  await expect(get(url, 1_000)).rejects.toThrow();
});

test("an unknown command lists those that exist", async () => {
  const result = await shell("sh scripts/run upp");
  expect(result.status).toBe(2);
  expect(result.output).toContain("usage: sh scripts/run COMMAND");
  expect(result.output).toContain("down");
});
