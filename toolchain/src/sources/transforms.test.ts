import { expect, test } from "vitest";
import { transforms } from "./transforms.ts";

function run(name: string, ...inputs: string[]): string {
  const transform = transforms[name];
  if (!transform) throw new Error(`no transform ${name}`);
  return transform(inputs, { version: "1.2.5" });
}

test("types are defined once, for the headers that need them", () => {
  const text = run(
    "musl-alltypes",
    "#define _Addr long\n",
    "TYPEDEF unsigned _Addr size_t;\nSTRUCT timeval { time_t tv_sec; };\n",
  );
  expect(text.split("\n").filter((line) => line !== "")).toEqual([
    "#define _Addr long",
    "#if defined(__NEED_size_t) && !defined(__DEFINED_size_t)",
    "typedef unsigned _Addr size_t;",
    "#define __DEFINED_size_t",
    "#endif",
    "#if defined(__NEED_struct_timeval) && !defined(__DEFINED_struct_timeval)",
    "struct timeval { time_t tv_sec; };",
    "#define __DEFINED_struct_timeval",
    "#endif",
  ]);
});

test("system calls get a second name", () => {
  expect(run("musl-syscall", "#define __NR_read 0\n")).toBe(
    "#define __NR_read 0\n#define SYS_read 0\n",
  );
});

test("the version is that of the source", () => {
  expect(run("musl-version")).toBe('#define VERSION "1.2.5"\n');
});
