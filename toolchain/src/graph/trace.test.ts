import { expect, test } from "vitest";
import type { RunAction } from "../types.ts";
import { traceOf } from "./trace.ts";

function action(name: string, startedAtMs: number, endedAtMs: number): RunAction {
  return { kind: "compile", name, startedAtMs, endedAtMs, reasons: ["its source changed"] };
}

test("what overlaps has lanes of its own, what follows goes into the first that is free", () => {
  const wait: RunAction = { ...action("image", 100, 104), kind: "wait", reasons: [] };
  const { traceEvents } = traceOf([
    action("c", 103.5, 105),
    action("a", 100, 103),
    action("b", 101, 104),
    wait,
  ]);
  const shown = traceEvents
    .filter(({ ph }) => ph === "X")
    .map(({ name, ts, dur, tid }) => [name, ts, dur, tid]);
  expect(shown).toEqual([
    ["compile a", 0, 3000, 1],
    ["compile b", 1000, 3000, 2],
    ["compile c", 3500, 1500, 1],
    ["wait image", 0, 4000, 3],
  ]);
  const lanes = traceEvents.filter(({ ph }) => ph === "M").map(({ tid, args }) => [tid, args.name]);
  expect(lanes).toEqual([
    [1, "lane 1"],
    [2, "lane 2"],
    [3, "waiting 1"],
  ]);
});

test("a build in which nothing ran is an empty trace", () => {
  expect(traceOf([])).toEqual({ displayTimeUnit: "ms", traceEvents: [] });
});
