import { expect, test } from "vitest";
import { guestEnd } from "./exit-status.ts";

const ended = (code: number, console = "", killed = false) => guestEnd({ code, killed }, console);

test("statuses below 127 arrive through the exit device", () => {
  expect(ended(1)).toEqual({ state: "stopped", exitStatus: 0 });
  expect(ended(11)).toEqual({ state: "stopped", exitStatus: 5 });
  expect(ended(253)).toEqual({ state: "stopped", exitStatus: 126 });
});

test("larger ones are on the console, the last line counts", () => {
  const text = "[unikernel] exit 200\nmore\n[unikernel] exit 131\r\n";
  expect(ended(255, text)).toEqual({ state: "stopped", exitStatus: 131 });
  expect(ended(255, "nothing")).toEqual({ state: "stopped", exitStatus: 127 });
  expect(ended(255, "> [unikernel] exit 3")).toEqual({ state: "stopped", exitStatus: 127 });
});

test("power-off and termination have no status", () => {
  expect(ended(0)).toEqual({ state: "stopped" });
});

test("137 is the status 68, or SIGKILL", () => {
  expect(ended(137)).toEqual({ state: "stopped", exitStatus: 68 });
  expect(ended(137, "", true)).toEqual({ state: "stopped" });
});

test("a crash record makes it a crash", () => {
  const text = '\n[unikernel] crash {"reason":"page fault"}\n[unikernel] exit 134\n';
  expect(ended(255, text)).toEqual({ state: "crashed", exitStatus: 134 });
  expect(ended(0, text)).toEqual({ state: "crashed" });
});
