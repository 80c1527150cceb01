// Which entries leave a store, decided on lists that no disk ever saw.
import { describe, expect, test } from "vitest";
import { byKind, chooseGarbage } from "./garbage.ts";
import type { Entry } from "./inventory.ts";

const never = Infinity;

function entry(path: string, usedAtMs: number, more: Partial<Entry> = {}): Entry {
  return { kind: "objects", path, bytes: 10, usedAtMs, ...more };
}

function removed(entries: readonly Entry[], limitBytes: number, more = {}): string[] {
  const wishes = { limitBytes, kept: new Set<string>(), inUseSinceMs: never, ...more };
  return chooseGarbage(entries, wishes).garbage.map(({ path }) => path);
}

describe("chooseGarbage", () => {
  test("removes nothing within the limit", () => {
    expect(removed([entry("a", 1), entry("b", 2)], 20)).toEqual([]);
  });

  test("removes what was not used for the longest time, and no more than it must", () => {
    expect(removed([entry("new", 3), entry("old", 1), entry("middle", 2)], 15)).toEqual([
      "old",
      "middle",
    ]);
  });

  test("removes waste although there is room, and before anything else", () => {
    const waste = entry("waste", 9, { isWaste: true });
    expect(removed([entry("old", 1), waste], 100)).toEqual(["waste"]);
    expect(removed([entry("old", 1), waste], 10)).toEqual(["waste"]);
  });

  test("keeps an image that somebody wants, beyond the limit too", () => {
    const wanted = entry("wanted", 1, { kind: "images", digest: "sha256:1" });
    const other = entry("other", 2, { kind: "images", digest: "sha256:2" });
    expect(removed([wanted, other], 0, { kept: new Set(["sha256:1"]) })).toEqual(["other"]);
  });

  test("keeps what a running build may use, waste or not", () => {
    const entries = [entry("before", 1), entry("since", 5), entry("half", 6, { isWaste: true })];
    expect(removed(entries, 0, { inUseSinceMs: 5 })).toEqual(["before"]);
  });

  test("removes the records of an image's builds before the image that holds them", () => {
    const image = entry("image", 4, { kind: "images", digest: "sha256:1" });
    const record = entry("record", 4, { kind: "records" });
    expect(removed([image, record], 10)).toEqual(["record"]);
  });
});

test("byKind sums up, the largest first", () => {
  const image = entry("i", 1, { kind: "images", bytes: 25 });
  expect(byKind([entry("a", 1), image, entry("b", 1)])).toEqual([
    { kind: "images", count: 1, bytes: 25 },
    { kind: "objects", count: 2, bytes: 20 },
  ]);
});
