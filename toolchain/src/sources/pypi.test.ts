import { expect, test } from "vitest";
import { complaintOf } from "./pypi.ts";

test("pip's first error in words is the cause, not what is around it", () => {
  const stderr = [
    "  error: subprocess-exited-with-error",
    "      error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
    "  note: This error originates from a subprocess, and is likely not a problem with pip.",
  ].join("\n");
  expect(complaintOf(stderr)).toBe(
    "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
  );
});

test("without one, its last line has to do", () => {
  expect(complaintOf("WARNING: no cache\nkilled\n\n")).toBe("killed");
});
