// Garbage collection among real builds: it breaks none that runs, and what it removes is built
// again to the same bytes.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keepImage } from "../../toolchain/src/index.ts";
import { collect } from "../../toolchain/src/store/collect.ts";
import { withLease } from "../../toolchain/src/store/leases.ts";
import { counterMain, workshop } from "./builder-support.ts";
import { temporaryDirectory } from "./temporary.ts";

const everything = { limitBytes: 0, toolsDirectory: "" };

/** As if everything had last been used a month ago. */
function age(...paths: readonly string[]): void {
  spawnSync("find", [...paths, "-exec", "touch", "-d", "30 days ago", "{}", "+"]);
}

test("an emptied store builds the same image again", async () => {
  const shop = workshop();
  const before = await shop.build();
  await collect(shop.store, everything);
  expect(existsSync(before.path)).toBe(false);
  expect(readdirSync(shop.store.path("objects"), { recursive: true })).not.toContainEqual(
    expect.stringMatching(/\.o$/),
  );
  expect((await shop.build()).manifest.digest).toBe(before.manifest.digest);
});

test("collections that never stop break no build, and change no image", async () => {
  const shop = workshop();
  const expected = new Map<number, string>();
  const steps = [1, 2, 3, 4];
  for (const step of steps) {
    const options = { COUNTER_STEP: step };
    expected.set(step, (await shop.build({ options })).manifest.digest);
  }
  let isOver = false;
  let removedCount = 0;
  const collecting = (async () => {
    while (!isOver) {
      const { removed } = await collect(shop.store, everything);
      removedCount += removed.reduce((sum, { count }) => sum + count, 0);
    }
  })();
  try {
    // A second build that never ends: between ours, nothing goes that was used lately, such as the
    // compiler's runtime, which takes seconds.
    await withLease(shop.store, {}, async () => {
      for (const step of [...steps, ...steps]) {
        age(...["actions", "config", "lto", "objects"].map((kind) => shop.store.path(kind)));
        shop.write("app/main.c", `${counterMain}/* ${step} ${removedCount} */\n`);
        const options = { COUNTER_STEP: step };
        expect((await shop.build({ options })).manifest.digest).toBe(expected.get(step));
      }
    });
  } finally {
    isOver = true;
    await collecting;
  }
  expect(removedCount).toBeGreaterThan(steps.length);
});

test("what a build used last is what stays", async () => {
  const shop = workshop();
  const first = await shop.build({ options: { COUNTER_STEP: 1 } });
  const second = await shop.build({ options: { COUNTER_STEP: 2 } });
  age(shop.store.directory);
  await shop.build({ options: { COUNTER_STEP: 1 } });
  const { bytesBefore } = await collect(shop.store, { ...everything, isDryRun: true });
  await collect(shop.store, { ...everything, limitBytes: bytesBefore - 1024 });
  expect(existsSync(first.path)).toBe(true);
  await collect(shop.store, { ...everything, limitBytes: 64 * 1024 });
  expect([first.path, second.path].map(existsSync)).toEqual([true, false]);
});

describe("unikernel gc", () => {
  const command = join(import.meta.dirname, "../../toolchain/bin/unikernel");
  const gc = (home: string, ...options: string[]) =>
    spawnSync(command, ["gc", ...options], {
      encoding: "utf8",
      env: { ...process.env, UNIKERNEL_HOME: home, UNIKERNEL_STORE_LIMIT: "" },
    });

  test("says what it would remove, by kind, and removes it when it is meant", async () => {
    const shop = workshop();
    const kept = await shop.build();
    const other = await shop.build({ options: { COUNTER_STEP: 2 } });
    const { digest } = kept.manifest;
    await keepImage(shop.store, { digest, owner: "a stack" });
    const dry = gc(shop.directory, "--max-size", "0", "--dry-run");
    expect(dry.stderr).toBe("");
    expect(dry.stdout).toMatch(/^would remove [\d.]+ KiB of [\d.]+ [KM]iB; the limit is 0 B$/m);
    expect(dry.stdout).toMatch(/^ {2}images +1 +[\d.]+ KiB$/m);
    expect(dry.stdout).toContain(`kept ${digest} for a stack\n`);
    expect(existsSync(other.path)).toBe(true);
    const done = gc(shop.directory, "--max-size", "0", "--json");
    const result = JSON.parse(done.stdout) as { bytesAfter: number; removed: { kind: string }[] };
    expect(result.removed.map(({ kind }) => kind)).toContain("objects");
    expect([kept.path, other.path].map(existsSync)).toEqual([true, false]);
    expect(gc(shop.directory).stdout).toMatch(/^removed 0 B of [\d.]+ KiB; the limit is 4 GiB$/m);
  });

  test("refuses a limit that is no size", () => {
    const home = temporaryDirectory();
    const { status, stderr } = gc(home, "--max-size", "much");
    expect(status).toBe(2);
    expect(stderr).toContain('--max-size "much": expected a size, e.g. 2GiB');
  });
});

test("a limit in the environment that is no size stops a build before it begins", async () => {
  const shop = workshop();
  process.env.UNIKERNEL_STORE_LIMIT = "much";
  try {
    await expect(shop.build()).rejects.toThrow('UNIKERNEL_STORE_LIMIT is "much", which is not a');
    expect(existsSync(shop.store.path("objects"))).toBe(false);
  } finally {
    delete process.env.UNIKERNEL_STORE_LIMIT;
  }
});
