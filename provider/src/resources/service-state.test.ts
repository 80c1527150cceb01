import { describe, expect, it } from "vitest";
import type { PropertyMap } from "../values.ts";
import { templateReasons } from "./service-changes.ts";
import { askedPorts, historyWith, wantedEntry } from "./service-state.ts";

const entry = (revision: number, image: string) => ({
  revision,
  at: `day ${revision}`,
  template: { image },
});
const state: PropertyMap = {
  currentRevision: 2,
  history: [1, 2, 3].map((revision) => ({
    revision,
    at: `day ${revision}`,
    image: `i${revision}`,
  })),
};

describe("the revision that is asked for", () => {
  it("is the present one when nothing changes", () => {
    expect(wantedEntry(state, { image: "i2" }, "now")).toEqual(entry(2, "i2"));
  });

  it("is a new one for what is new, and for what was there once", () => {
    expect(wantedEntry(state, { image: "i9" }, "now")).toEqual({ ...entry(4, "i9"), at: "now" });
    expect(wantedEntry(state, { image: "i1" }, "now")).toEqual({ ...entry(4, "i1"), at: "now" });
    expect(wantedEntry({}, { image: "i1" }, "now")).toEqual({ ...entry(1, "i1"), at: "now" });
  });

  it("is an old one when it is pinned, whatever else is said", () => {
    expect(wantedEntry(state, { image: "i9", revision: 1 }, "now")).toEqual(entry(1, "i1"));
  });
});

describe("the history", () => {
  it("keeps the newest, and the present one in any case", () => {
    expect(historyWith(state, entry(4, "i4"), 3).map(({ revision }) => revision)).toEqual([
      2, 3, 4,
    ]);
    expect(historyWith(state, entry(1, "i1"), 2).map(({ revision }) => revision)).toEqual([1, 3]);
    expect(historyWith(state, entry(2, "i2"), 1).map(({ revision }) => revision)).toEqual([2]);
  });
});

it("a port that was chosen is no change", () => {
  const had = [{ guest: 80, host: 4711 }];
  expect(askedPorts(had, [{ guest: 80, host: 0 }])).toEqual([{ guest: 80, host: 0 }]);
  expect(askedPorts(had, [{ guest: 80, host: 8080 }])).toEqual(had);
});

it("reasons name variables, never their values", () => {
  const old = { env: { A: "1", B: "2" }, secrets: { K: "hush" }, memory: "16MiB", args: [] };
  const next = { env: { A: "3", C: "4" }, secrets: { K: "other" }, memory: "32MiB", args: ["-v"] };
  const none = { old: undefined, next: undefined };
  expect(templateReasons(old, next, none)).toEqual([
    "env: ~A, -B, +C",
    "secrets: ~K",
    'memory: "16MiB" → "32MiB"',
    "args changed",
  ]);
});
