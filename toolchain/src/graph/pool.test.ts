import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Pool } from "./pool.ts";

test("runs no more tasks at a time than it was made for, and keeps their order", async () => {
  const pool = new Pool(2);
  let running = 0;
  let most = 0;
  const results = await pool.map([3, 1, 2], async (item) => {
    most = Math.max(most, ++running);
    await sleep(item);
    running--;
    return item * 10;
  });
  expect(results).toEqual([30, 10, 20]);
  expect(most).toBe(2);
});

test("starts urgent tasks before others that wait", async () => {
  const pool = new Pool(1);
  const started: string[] = [];
  const task = (name: string) => async () => {
    await sleep(1);
    started.push(name);
  };
  await Promise.all([
    pool.run(task("first")),
    pool.run(task("second")),
    pool.run(task("urgent"), "urgent"),
  ]);
  expect(started).toEqual(["first", "urgent", "second"]);
});

test("after a failure waits for what runs and starts nothing more", async () => {
  const pool = new Pool(2);
  const ended: string[] = [];
  const task = (name: string) => async () => {
    await sleep(20);
    ended.push(name);
  };
  const work = pool.together(
    pool.run(task("long")),
    pool.run(() => Promise.reject(new Error("told"))),
    pool.run(task("never")),
  );
  await expect(work).rejects.toThrow("told");
  expect(ended).toEqual(["long"]);
});

test("tells the first failure in order, not the one that came first", async () => {
  const pool = new Pool(2);
  const failing = (name: string, afterMs: number) =>
    pool.run(async () => {
      await sleep(afterMs);
      throw new Error(name);
    });
  await expect(pool.together(failing("one", 20), failing("two", 1))).rejects.toThrow("one");
});
