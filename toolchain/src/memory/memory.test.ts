import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recall, remember } from "./memory.ts";

const usersHome = process.env.UNIKERNEL_HOME;
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "unikernel-memory-"));
  process.env.UNIKERNEL_HOME = home;
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
  if (usersHome === undefined) delete process.env.UNIKERNEL_HOME;
  else process.env.UNIKERNEL_HOME = usersHome;
});

test("recalls the latest value of a name, and nothing of another", () => {
  remember("plans", "one", { value: 1 });
  remember("plans", "one", { value: 2 });
  expect(recall("plans", "one")).toEqual({ value: 2 });
  expect(recall("plans", "two")).toBeUndefined();
  expect(recall("files", "one")).toBeUndefined();
});

test("recalls nothing that was damaged", () => {
  remember("plans", "one", { value: 1 });
  const path = join(home, "cache/plans/one");
  writeFileSync(path, readFileSync(path, "utf8").replace("1}", "2}"));
  expect(recall("plans", "one")).toBeUndefined();
});

test("does without where nothing can be written", () => {
  writeFileSync(join(home, "cache"), "no directory");
  remember("plans", "one", { value: 1 });
  expect(recall("plans", "one")).toBeUndefined();
});
