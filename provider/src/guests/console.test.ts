import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lastRun, tailOf } from "./console.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unikernel-console-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function tail(text: string, lines: number): Promise<string[]> {
  const path = join(directory, "log");
  await writeFile(path, text);
  return tailOf(path, lines);
}

test("the last lines, also when the last is unfinished", async () => {
  expect(await tail("one\ntwo\nthree\n", 2)).toEqual(["two", "three"]);
  expect(await tail("one\r\ntwo", 5)).toEqual(["one", "two"]);
  expect(await tail("", 5)).toEqual([]);
});

test("a log that does not exist is empty", async () => {
  expect(await tailOf(join(directory, "none"), 5)).toEqual([]);
});

test("a large log is not read as a whole", async () => {
  const text = `${"x".repeat(200_000)}\nlast\n`;
  const lines = await tail(text, 2);
  expect(lines[1]).toBe("last");
  expect(lines[0]?.length).toBeLessThanOrEqual(64 * 1024);
});

test("control characters cannot reach a terminal", async () => {
  expect(await tail("a\x1b[2Jb\tc\x07\n", 1)).toEqual(["a\\x1b[2Jb\tc\\x07"]);
});

test("what an earlier run has said does not count for the latest", () => {
  const crash = '[unikernel] crash {"reason":"page fault"}\n';
  const restart = "[unikernel] restart 1 in 1000 ms, after exit status 134\n";
  expect(lastRun(crash)).toBe(crash);
  expect(lastRun(`${crash}\n${restart}ready\n`)).toBe("\nready\n");
});
