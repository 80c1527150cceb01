import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sha256 } from "../graph/hash.ts";
import { rememberedHashes } from "./file-hashes.ts";

let home: string;
let directory: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "unikernel-memory-"));
  directory = mkdtempSync(join(tmpdir(), "unikernel-files-"));
  vi.stubEnv("UNIKERNEL_HOME", home);
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  for (const path of [home, directory]) rmSync(path, { recursive: true, force: true });
});

const write = (text: string) => writeFileSync(join(directory, "a"), text);
const hashOfA = () => rememberedHashes(directory, ["a"])[0]?.sha256;
const memories = () => {
  try {
    return readdirSync(join(home, "cache/files"))
      .filter((name) => !name.startsWith("."))
      .map((name) => join(home, "cache/files", name));
  } catch {
    return [];
  }
};
const later = () => vi.setSystemTime(Date.now() + 10_000);

/** Replaces what is remembered by something that is wrong. */
function falsify(): void {
  const [path, ...more] = memories();
  expect(more).toEqual([]);
  const { size, ino, mtimeMs, ctimeMs } = statSync(join(directory, "a"));
  const content = JSON.stringify({ a: [`${size} ${ino} ${mtimeMs} ${ctimeMs}`, "remembered"] });
  writeFileSync(path as string, `${sha256(content)}\n${content}`);
}

test("a file that nobody has touched is not read again", () => {
  write("one");
  later();
  expect(hashOfA()).toBe(sha256("one"));
  falsify();
  expect(hashOfA()).toBe("remembered");
});

test("a change shows although size and modification time are as before", () => {
  write("one");
  later();
  hashOfA();
  const { atime, mtime } = statSync(join(directory, "a"));
  write("two");
  utimesSync(join(directory, "a"), atime, mtime);
  expect(hashOfA()).toBe(sha256("two"));
});

test("what has just changed is not remembered: it may change again at the same time", () => {
  write("one");
  expect(hashOfA()).toBe(sha256("one"));
  expect(memories()).toEqual([]);
});

test("a damaged memory counts for nothing", () => {
  write("one");
  later();
  hashOfA();
  for (const damage of ["", "{}", `${sha256("{")}\n{`]) {
    for (const path of memories()) writeFileSync(path, damage);
    expect(hashOfA()).toBe(sha256("one"));
  }
  falsify();
  for (const path of memories()) writeFileSync(path, " ", { flag: "a" });
  expect(hashOfA()).toBe(sha256("one"));
});

test("without a place to write, files are read every time", () => {
  writeFileSync(join(directory, "in-the-way"), "");
  vi.stubEnv("UNIKERNEL_HOME", join(directory, "in-the-way"));
  write("one");
  later();
  expect(hashOfA()).toBe(sha256("one"));
  expect(hashOfA()).toBe(sha256("one"));
});

test("what nobody asks for is forgotten after a month", () => {
  write("one");
  later();
  hashOfA();
  const [old] = memories();
  utimesSync(old as string, 1, 1);
  utimesSync(join(home, "cache/files/.forgotten"), 1, 1);
  const other = mkdtempSync(join(tmpdir(), "unikernel-files-"));
  writeFileSync(join(other, "b"), "");
  rememberedHashes(other, ["b"]);
  rmSync(other, { recursive: true });
  expect(memories()).toHaveLength(1);
  expect(memories()).not.toContain(old);
});
