import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseStat } from "../guest-processes.ts";
import { guestFiles } from "./files.ts";
import { type GuestRecord, readRecord, readRecords, writeRecord } from "./record.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "unikernel-record-"));
});
afterEach(() => rm(home, { recursive: true }));

const record = (id: string): GuestRecord => ({
  format: 1,
  id,
  owner: "urn",
  progress: "creating",
  digest: "sha256:0",
  imagePath: "/image",
  memoryBytes: 1,
  cpus: 1,
  ports: [{ host: 0, guest: 80, protocol: "tcp", address: "127.0.0.1" }],
  forwards: [null],
  envNames: ["A"],
  accelerator: "auto",
  usedAccelerator: "tcg",
  startedAtMs: 1,
  process: { pid: 1, startTicks: 2 },
});

test("reads what it wrote, and leaves no other file", async () => {
  const files = guestFiles(home, "web");
  await writeRecord(files, record("web"));
  await writeRecord(files, { ...record("web"), owner: "other" });
  expect(await readRecord(files)).toEqual({ ...record("web"), owner: "other" });
  expect(await readdir(files.directory)).toEqual(["guest.json"]);
});

test.each<[string, (whole: GuestRecord) => unknown]>([
  ["of another guest", (whole) => ({ ...whole, id: "other" })],
  ["of another format", (whole) => ({ ...whole, format: 2 })],
  ["without ports", ({ ports: _ports, ...rest }) => rest],
  ["with a strange port", (whole) => ({ ...whole, forwards: [{ host: "x" }] })],
  ["with a strange process", (whole) => ({ ...whole, process: { pid: "1" } })],
  ["null", () => null],
])("a record %s counts as none", async (_what, damage) => {
  const files = guestFiles(home, "web");
  await mkdir(dirname(files.record), { recursive: true });
  await writeFile(files.record, JSON.stringify(damage(record("web"))));
  expect(await readRecord(files)).toBeUndefined();
});

test("lists only what can be read", async () => {
  expect(await readRecords(home)).toEqual([]);
  await writeRecord(guestFiles(home, "b"), record("b"));
  await writeRecord(guestFiles(home, "a"), record("a"));
  await mkdir(join(home, "guests", "empty"));
  await writeFile(join(home, "guests", "stray-file"), "");
  expect((await readRecords(home)).map(({ id }) => id)).toEqual(["a", "b"]);
});

test("a process's name may hold anything", () => {
  const fields = ["R", ...Array.from({ length: 18 }, (_, index) => index), 4711, 0].join(" ");
  expect(parseStat(`12 (a) b (c) ${fields}`)).toEqual({ state: "R", startTicks: 4711 });
  expect(parseStat("nonsense")).toBeUndefined();
});
