import { expect, test } from "vitest";
import { parseDepfile } from "./depfile.ts";

test("reads prerequisites over several lines", () => {
  expect(parseDepfile("out.o: main.c \\\n  /usr/a.h \\\n  b.h\n")).toEqual([
    "main.c",
    "/usr/a.h",
    "b.h",
  ]);
});

test("undoes make's escapes", () => {
  expect(parseDepfile("out.o: a\\ b.c $$c.h d\\#e.h\n")).toEqual(["a b.c", "$c.h", "d#e.h"]);
});

test("of nothing there is nothing", () => {
  expect(parseDepfile("")).toEqual([]);
});
