// Several builds at once, builds that are stopped half-way, and locks whose owner is gone.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { sha256File } from "../../toolchain/src/graph/hash.ts";
import { ensureCompiler } from "../../toolchain/src/index.ts";
import { collect } from "../../toolchain/src/store/collect.ts";
import { allProcesses } from "../e2e/support/home.ts";
import { type Workshop, workshop } from "./builder-support.ts";

/** A source that keeps a compiler busy for many seconds. */
const slowSource = `#define A(x) x x x x x x x x x x
#define B(x) A(A(A(x)))
volatile int slow;
int slow_function(int n);
int slow_function(int n) { A(B(if (n * slow > 3) n += slow * n; else slow -= n ^ slow;)) return n; }
int main(void) { return slow_function(3); }
`;

/** Runs the build in a process of its own, as another stack on this machine would. */
function buildInProcess(
  shop: Workshop,
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<string> {
  const program = `
    const { buildImage, openStore, planImage } = await import(process.argv[1]);
    const plan = await planImage(
      { app: process.argv[2], libraries: ["counter"], options: {}, optimize: "speed",
        platform: "kvm", architecture: "x86_64" },
      { librariesDirectory: process.argv[3] });
    const compiled = [];
    const image = await buildImage(plan, openStore(process.argv[4]),
      { onProgress: (message) => compiled.push(message) });
    console.log(JSON.stringify({ digest: image.manifest.digest, compiled }));`;
  const index = join(import.meta.dirname, "../../toolchain/src/index.ts");
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", program, index, shop.app, shop.libraries, shop.store.directory],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  onStart(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on("close", (status) =>
      status === 0 ? resolve(output) : reject(new Error(`exit status ${status}`)),
    );
  });
}

function compilersBelow(directory: string): number[] {
  return allProcesses()
    .filter(({ commandLine: line }) => line.includes(directory) && /clang/.test(line))
    .map(({ pid }) => pid);
}

describe("several builds at once", () => {
  test("of the same image by several processes: one compiles, all get the image", async () => {
    const shop = workshop();
    const outputs = await Promise.all([1, 2, 3].map(() => buildInProcess(shop)));
    const results = outputs.map(
      (output) => JSON.parse(output) as { digest: string; compiled: string[] },
    );
    expect(new Set(results.map((result) => result.digest)).size).toBe(1);
    const compiling = results.flatMap((result) =>
      result.compiled.filter((message) => message.startsWith("compiling")),
    );
    expect(compiling.sort()).toEqual([
      "compiling counter: 1 file",
      "compiling musl: 1 file",
      "compiling plat-kvm: 1 file",
      "compiling the application: 1 file",
    ]);
    expect(readdirSync(shop.store.path("tmp"))).toEqual([]);
    expect(readdirSync(shop.store.path("locks"))).toEqual([]);
  });

  test("of the same image within one process", async () => {
    const shop = workshop();
    const images = await Promise.all([shop.build(), shop.build()]);
    expect(images[0].manifest.digest).toBe(images[1].manifest.digest);
  });
});

describe("a build that is stopped", () => {
  test("ends within a second, kills its compilers and leaves nothing behind", async () => {
    const shop = workshop();
    shop.write("app/main.c", slowSource);
    const compiler = await ensureCompiler();
    expect(existsSync(compiler)).toBe(true);
    const cancel = new AbortController();
    const build = shop.build({}, { signal: cancel.signal });
    const ended = build.then(
      () => "built",
      (error: unknown) => error,
    );
    while (compilersBelow(shop.directory).length === 0) await sleep(20);
    await sleep(200);
    const start = performance.now();
    const reason = new Error("enough");
    cancel.abort(reason);
    expect(await ended).toBe(reason);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(compilersBelow(shop.directory)).toEqual([]);
    expect(readdirSync(shop.store.path("tmp"))).toEqual([]);
    expect(readdirSync(shop.store.path("locks"))).toEqual([]);
    shop.write("app/main.c", "int main(void) { return 0; }\n");
    expect((await shop.build()).manifest.sizeBytes).toBeGreaterThan(0);
  });

  test("by kill -9 leaves nothing half written and in nobody's way", async () => {
    const shop = workshop();
    shop.write("app/main.c", slowSource);
    let child: ChildProcess | undefined;
    const build = buildInProcess(shop, (started) => {
      child = started;
    });
    const ended = build.catch((error: Error) => error.message);
    const isDone = (path: string) => existsSync(shop.store.path(path));
    while (compilersBelow(shop.directory).length === 0 || !isDone("objects")) await sleep(20);
    child?.kill("SIGKILL");
    expect(await ended).toBe("exit status null");
    // The compilers of a build that was killed go on until they are done.
    for (const pid of compilersBelow(shop.directory)) spawnSync("kill", ["-9", String(pid)]);
    const finished = readdirSync(shop.store.directory, { recursive: true, encoding: "utf8" })
      .map((path) => ({ path, sha: /([0-9a-f]{64})\.(o|a)$/.exec(path)?.[1] }))
      .filter(({ sha }) => sha !== undefined);
    expect(finished.length).toBeGreaterThan(0);
    for (const { path, sha } of finished) expect(sha256File(shop.store.path(path))).toBe(sha);
    expect(readdirSync(shop.store.path("leases"))).toHaveLength(1);
    const collected = await collect(shop.store, { limitBytes: 2 ** 40, toolsDirectory: "" });
    expect(collected.isBuilding).toBe(false);
    shop.write("app/main.c", "int main(void) { return 0; }\n");
    expect((await shop.build()).manifest.sizeBytes).toBeGreaterThan(0);
  });

  test("does nothing when it is stopped before it began", async () => {
    const shop = workshop();
    const reason = new Error("never mind");
    await expect(shop.build({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(existsSync(shop.store.path("objects"))).toBe(false);
  });
});

describe("a lock", () => {
  test("of a process that is gone is taken over", async () => {
    const shop = workshop();
    const plan = await shop.plan();
    const dead = spawn("true");
    await new Promise((resolve) => dead.on("close", resolve));
    mkdirSync(shop.store.path("locks"), { recursive: true });
    writeFileSync(
      shop.store.path("locks", `image-${plan.sourceHash.slice("sha256:".length)}`),
      JSON.stringify({
        pid: dead.pid,
        startTicks: "1",
        host: (await import("node:os")).hostname(),
      }),
    );
    expect((await shop.build()).manifest.sourceHash).toBe(plan.sourceHash);
  });

  test("that somebody holds is waited for until the build is stopped", async () => {
    const shop = workshop();
    const plan = await shop.plan();
    const cancel = new AbortController();
    const waiting: string[] = [];
    await shop.store.lock(`image-${plan.sourceHash.slice(7)}`, undefined, async () => {
      const build = shop.build(
        {},
        {
          signal: cancel.signal,
          onProgress: (message) => {
            waiting.push(message);
            cancel.abort(new Error("no patience"));
          },
        },
      );
      await expect(build).rejects.toThrow("no patience");
    });
    expect(waiting).toEqual(["waiting for another build of the same image"]);
  });
});
