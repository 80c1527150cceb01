import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { parseTicks, processorPercent, readUsage } from "./usage.ts";

test("a process's name may look like fields", () => {
  const fields = ["S", ...Array.from({ length: 10 }, () => "0"), "120", "34", "0"];
  expect(parseTicks(`12 (a) S 1 (b) ${fields.join(" ")}`)).toBe(154);
});

test("a share needs two readings, and a process that has begun anew has none below zero", () => {
  const reading = (processorMs: number) => ({ processorMs, memoryBytes: 0 });
  expect(processorPercent(reading(100), reading(600), 1_000)).toBe(50);
  expect(processorPercent(reading(600), reading(100), 1_000)).toBe(0);
  expect(processorPercent(undefined, reading(1), 1_000)).toBeUndefined();
  expect(processorPercent(reading(1), undefined, 1_000)).toBeUndefined();
});

test("children count, and a process that is gone has none", async () => {
  const parent = spawn("sh", ["-c", "echo; sleep 1; true"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { pid = 0 } = parent;
  await once(parent.stdout, "data");
  const alone = await readUsage(process.pid);
  const usage = await readUsage(pid);
  expect(usage?.memoryBytes).toBeGreaterThan(0);
  expect(alone?.memoryBytes).toBeGreaterThan(usage?.memoryBytes ?? 0);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  expect(await readUsage(pid)).toBeUndefined();
});
