// The plugin as a process: what it prints and when it ends.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const launcher = fileURLToPath(new URL("../../bin/pulumi-resource-unikernel", import.meta.url));
const children: ChildProcess[] = [];
let home = "";

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "unikernel-run-"));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

async function start(...args: string[]) {
  const child = spawn(launcher, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, UNIKERNEL_HOME: home },
  });
  children.push(child);
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  await expect.poll(() => output, { timeout: 30_000 }).toMatch(/\n/);
  return { child, ended, output: () => output, errors: () => errors };
}

async function versionAt(port: string): Promise<string> {
  const client = new service.ResourceProviderClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
  );
  try {
    return await new Promise((resolve, reject) =>
      client.getPluginInfo(new empty.Empty(), (error, info) =>
        error === null ? resolve(info.getVersion()) : reject(error),
      ),
    );
  } finally {
    client.close();
  }
}

describe("the plugin's process", () => {
  it("prints the port alone, serves there, and says nothing else", async () => {
    const { output, errors } = await start("127.0.0.1:1");
    expect(output()).toMatch(/^\d+\n$/);
    expect(await versionAt(output().trim())).toMatch(/^\d+\.\d+\.\d+$/);
    expect(output()).toMatch(/^\d+\n$/);
    expect(errors()).toBe("");
  });

  it("ends by itself when the engine is gone", async () => {
    const { child, ended } = await start();
    const begin = performance.now();
    child.stdin?.end();
    expect(await ended).toBe(0);
    expect(performance.now() - begin).toBeLessThan(3_000);
  });

  it("ends when asked to", async () => {
    const { child, ended } = await start();
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });
});
