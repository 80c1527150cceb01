import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../graph/hash.ts";
import { rememberedHashes } from "./file-hashes.ts";
import { recall, remember } from "./memory.ts";

const usersHome = process.env.UNIKERNEL_HOME;
let root: string;
let directory: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unikernel-memory-"));
  process.env.UNIKERNEL_HOME = join(root, "home");
  directory = join(root, "tree");
  mkdirSync(directory);
  write("a.c", "first");
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  if (usersHome === undefined) delete process.env.UNIKERNEL_HOME;
  else process.env.UNIKERNEL_HOME = usersHome;
});

const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
const hashOf = (text: string) => sha256(Buffer.from(text));
const later = () => Date.now() + 60_000;
const remembered = () => recall("files", sha256(directory)) as Record<string, [string, string]>;

test("gives the hash of each file, in the order asked for", () => {
  write("b.c", "second");
  const expected = [
    { path: "b.c", sha256: hashOf("second") },
    { path: "a.c", sha256: hashOf("first") },
  ];
  for (let time = 0; time < 2; time++) {
    expect(rememberedHashes(directory, ["b.c", "a.c"], later())).toEqual(expected);
  }
});

test("does not read a file again that nobody has touched", () => {
  rememberedHashes(directory, ["a.c"], later());
  const [status] = remembered()["a.c"] ?? [];
  remember("files", sha256(directory), { "a.c": [status, "a hash from before"] });
  expect(rememberedHashes(directory, ["a.c"])).toEqual([
    { path: "a.c", sha256: "a hash from before" },
  ]);
});

test("reads a file whose content changed although size and time of change are as before", () => {
  const { atime, mtime } = statSync(join(directory, "a.c"));
  rememberedHashes(directory, ["a.c"], later());
  write("a.c", "FIRST");
  utimesSync(join(directory, "a.c"), atime, mtime);
  expect(rememberedHashes(directory, ["a.c"])).toEqual([{ path: "a.c", sha256: hashOf("FIRST") }]);
});

test("remembers nothing of a file that may change within the same tick", () => {
  rememberedHashes(directory, ["a.c"]);
  expect(remembered()).toBeUndefined();
});
