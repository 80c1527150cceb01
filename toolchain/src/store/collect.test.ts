// Collections in small stores on a real disk, whose entries are only as real as a collection looks.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { collectWhenDue } from "./automatic.ts";
import { collect } from "./collect.ts";
import { withLease } from "./leases.ts";
import { keepImage, releaseImage } from "./roots.ts";
import { Store } from "./store.ts";

const dayMs = 24 * 3600 * 1000;
const first = `sha256:${"1".repeat(64)}`;
const second = `sha256:${"2".repeat(64)}`;

let home: string;
let store: Store;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "unikernel-test-"));
  store = new Store(join(home, "store"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A file below the home that was last used so long ago. */
function write(path: string, ageDays = 0, bytes = 4096): string {
  const place = join(home, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, Buffer.alloc(bytes, 1));
  age(place, ageDays);
  return place;
}

function age(path: string, days: number): void {
  const seconds = (Date.now() - days * dayMs) / 1000;
  utimesSync(path, seconds, seconds);
}

function writeImage(digest: string, ageDays: number): string {
  const directory = `store/images/${digest.slice("sha256:".length)}`;
  write(`${directory}/image.elf`, ageDays);
  return dirname(write(`${directory}/manifest.json`, ageDays));
}

const everything = { limitBytes: 0, toolsDirectory: "" };

test("what is oldest goes first, of every kind, until the rest fits", async () => {
  const old = [
    write("store/objects/aa/1.o", 9),
    write("store/archives/1.a", 8),
    write("store/lto/llvmcache-1", 7),
    dirname(write("store/sources/key/content.sha256", 6)),
    write("store/actions/aa/1.json", 5),
    write("tools/zig-0.1.0/pin.sha256", 4),
    write("store/later-kind/x", 3),
  ];
  const young = write("store/objects/aa/2.o", 1, 64 * 1024);
  const tools = join(home, "tools");
  const wishes = { limitBytes: 66_000, toolsDirectory: tools };
  const promised = await collect(store, { ...wishes, isDryRun: true });
  expect(old.every(existsSync)).toBe(true);
  const done = await collect(store, wishes);
  expect(done).toEqual(promised);
  expect(old.filter(existsSync)).toEqual([]);
  expect(existsSync(young)).toBe(true);
  expect(done.removed.map(({ kind, count }) => `${kind} ${count}`).sort()).toEqual([
    "actions 1",
    "archives 1",
    "compilers 1",
    "later-kind 1",
    "lto 1",
    "objects 1",
    "sources 1",
  ]);
  expect(done.bytesAfter).toBe(64 * 1024);
  expect(readdirSync(store.temporaryDirectory)).toEqual([]);
});

test("an image stays until all who keep it have let it go", async () => {
  const image = writeImage(first, 9);
  await keepImage(store, { digest: first, owner: "one" });
  await keepImage(store, { digest: first, owner: "two" });
  const { kept } = await collect(store, everything);
  expect(kept.map(({ owner }) => owner).sort()).toEqual(["one", "two"]);
  releaseImage(store, "one");
  await collect(store, everything);
  expect(existsSync(image)).toBe(true);
  releaseImage(store, "two", second);
  await collect(store, everything);
  expect(existsSync(image), "another image was meant").toBe(true);
  releaseImage(store, "two", first);
  await collect(store, everything);
  expect(existsSync(image)).toBe(false);
});

test("an owner that keeps another image has let the first one go", async () => {
  const images = [writeImage(first, 9), writeImage(second, 9)];
  await keepImage(store, { digest: first, owner: "web" });
  await keepImage(store, { digest: second, owner: "web" });
  await collect(store, everything);
  expect(images.map((path) => existsSync(path))).toEqual([false, true]);
});

test("an owner that is gone keeps nothing, one that is just being made does", async () => {
  const image = writeImage(first, 9);
  await keepImage(store, { digest: first, owner: "guest", while: join(home, "guests/web") });
  await collect(store, everything);
  expect(existsSync(image)).toBe(true);
  const [name = ""] = readdirSync(store.path("roots"));
  age(store.path("roots", name), 2);
  mkdirSync(join(home, "guests/web"), { recursive: true });
  await collect(store, everything);
  expect(existsSync(image)).toBe(true);
  rmSync(join(home, "guests/web"), { recursive: true });
  await collect(store, everything);
  expect(existsSync(image)).toBe(false);
  expect(readdirSync(store.path("roots"))).toEqual([]);
});

test("of a kept image only what was said of its earlier builds goes", async () => {
  const image = writeImage(first, 9);
  const builds = `store/images/${"1".repeat(64)}/builds`;
  const earlier = dirname(write(`${builds}/${"a".repeat(64)}/record.json`, 9));
  const latest = dirname(write(`${builds}/${"b".repeat(64)}/record.json`, 8));
  await keepImage(store, { digest: first, owner: "web" });
  await collect(store, everything);
  expect([image, earlier, latest].map((path) => existsSync(path))).toEqual([true, false, true]);
});

test("what is unfinished, damaged or abandoned goes although there is room", async () => {
  const waste = [
    dirname(write("store/images/half/image.elf", 0)),
    dirname(write("store/sources/half/musl/a.c", 0)),
    write("store/tmp/1-dead-compile", 2),
  ];
  const good = [writeImage(first, 9), write("store/tmp/1-alive-compile", 0)];
  await collect(store, { ...everything, limitBytes: 2 ** 40 });
  expect(waste.filter(existsSync)).toEqual([]);
  expect(good.every(existsSync)).toBe(true);
});

test("while a build runs, what it may have looked up stays", async () => {
  const old = write("store/objects/aa/old.o", 1);
  const young = write("store/objects/aa/young.o", 0.5 / 24);
  await withLease(store, {}, async () => {
    expect((await collect(store, everything)).isBuilding).toBe(true);
  });
  expect([old, young].map(existsSync)).toEqual([false, true]);
  expect((await collect(store, everything)).isBuilding).toBe(false);
  expect(existsSync(young)).toBe(false);
});

test("a build that was killed holds nothing", async () => {
  const young = write("store/objects/aa/young.o", 0);
  const gone = spawnSync("true");
  mkdirSync(store.path("leases"), { recursive: true });
  writeFileSync(
    store.path("leases", "1-a"),
    JSON.stringify({ pid: gone.pid, startTicks: "1", host: hostname(), startedAtMs: Date.now() }),
  );
  writeFileSync(store.path("leases", "1-b"), "damaged");
  await collect(store, everything);
  expect(existsSync(young)).toBe(false);
  expect(readdirSync(store.path("leases"))).toEqual([]);
});

test("a build and whoever keeps an image wait for a collection that is at work", async () => {
  const order: string[] = [];
  let waiting: Promise<unknown> | undefined;
  await store.lock("collection", undefined, async () => {
    const onProgress = (message: string) => order.push(message);
    const build = withLease(store, { onProgress }, async () => order.push("built"));
    const keep = keepImage(store, { digest: first, owner: "web" }).then(() => order.push("kept"));
    waiting = Promise.all([build, keep]);
    while (order.length === 0) await sleep(5);
    order.push("collected");
  });
  await waiting;
  expect(order.slice(0, 2)).toEqual(["waiting for garbage collection", "collected"]);
  expect(order.slice(2).sort()).toEqual(["built", "kept"]);
});

test("by itself, a store is collected when it is beyond the limit, at most once an hour", async () => {
  const object = write("store/objects/aa/1.o", 1);
  process.env.UNIKERNEL_STORE_LIMIT = "1KiB";
  process.env.UNIKERNEL_HOME = home;
  try {
    expect(collectWhenDue(store), "a new store").toBeUndefined();
    age(store.path("collected"), 1);
    process.env.UNIKERNEL_STORE_LIMIT = "1GiB";
    await collectWhenDue(store);
    expect(existsSync(object)).toBe(true);
    process.env.UNIKERNEL_STORE_LIMIT = "1KiB";
    expect(collectWhenDue(store), "within the hour").toBeUndefined();
    age(store.path("collected"), 1);
    await collectWhenDue(store);
    expect(existsSync(object)).toBe(false);
  } finally {
    delete process.env.UNIKERNEL_STORE_LIMIT;
    delete process.env.UNIKERNEL_HOME;
  }
});
