import { expect, test } from "vitest";
import { explainRun } from "./explain.ts";

const before = {
  source: "a",
  compiler: "zig 1",
  "search path": "p",
  "option WINDOW": "65535",
  "option VERBOSE": "1",
  "header lib/one.h": "1",
  "header lib/two.h": "2",
};

test.each([
  ["an edit", { ...before, source: "b" }, ["its source changed"]],
  ["an option", { ...before, "option WINDOW": "32768" }, ["WINDOW 65535 → 32768"]],
  ["an option that is off", { ...before, "option VERBOSE": undefined }, ["VERBOSE 1 → off"]],
  ["a header", { ...before, "header lib/two.h": "3" }, ["lib/two.h changed"]],
  ["a new header", { ...before, "header lib/3.h": "3" }, ["it now includes lib/3.h"]],
  [
    "a header less",
    { ...before, "header lib/one.h": undefined },
    ["it no longer includes lib/one.h"],
  ],
  ["another compiler", { ...before, compiler: "zig 2" }, ["the compiler changed"]],
  ["a shadowing name", { ...before, "search path": "q" }, ["the search path changed"]],
  ["nothing", before, ["its result was no longer in the store"]],
])("%s", (_what, changed, reasons) => {
  // As it is read back: what is undefined is not there.
  const now = JSON.parse(JSON.stringify(changed)) as Record<string, string>;
  expect(explainRun(before, now)).toEqual(reasons);
});

test("without a last run", () => {
  expect(explainRun(undefined, before)).toEqual(["never built before"]);
});

test("objects and archives are counted, and named while they are few", () => {
  const objects = Object.fromEntries([..."abcdef"].map((name) => [`object ${name}.c`, "1"]));
  expect(explainRun(objects, { ...objects, "object a.c": "2" })).toEqual([
    "1 object changed (a.c)",
  ]);
  const rebuilt = Object.fromEntries([..."abcde"].map((name) => [`object ${name}.c`, "2"]));
  expect(explainRun(objects, { ...rebuilt, "archive musl": "1" })).toEqual([
    "5 objects changed, 1 object removed (f.c)",
    "1 archive added (musl)",
  ]);
});
