import { expect, test } from "vitest";
import { mismatch, readRuns } from "./guest-program.ts";

test("a program without comments succeeds on one machine of each platform", () => {
  const runs = readRuns("/* adds */\nint main(void);\n");
  expect(runs).toMatchObject([
    { machine: "microvm", platform: "kvm", arguments: [], memory: "32M" },
    { machine: "xen", platform: "xen", arguments: [], memory: "32M" },
    { machine: "linux", platform: "linux", arguments: [], memory: "32M" },
  ]);
  expect(runs[0]?.expectations).toEqual([{ kind: "success", value: "SUCCESS" }]);
});

test("lines with the same arguments describe one run, on each machine", () => {
  const runs = readRuns(
    '// expect: status 1 with a b\n// expect: console "no" with a b\n// expect: success\n' +
      "// machines: pc q35\n// qemu: -device x\n",
  );
  expect(
    runs.map((run) => [run.machine, run.arguments.join(" "), run.expectations.length]),
  ).toEqual([
    ["pc", "a b", 2],
    ["pc", "", 1],
    ["q35", "a b", 2],
    ["q35", "", 1],
  ]);
  expect(runs[0]?.qemu).toEqual(["-device", "x"]);
});

test("where it makes no sense it is skipped with the reason", () => {
  const runs = readRuns("// not on linux: there are no pages\n");
  expect(runs.map(({ machine, skip }) => [machine, skip])).toEqual([
    ["microvm", undefined],
    ["xen", undefined],
    ["linux", "there are no pages"],
  ]);
});

test("what cannot be read is refused", () => {
  expect(() => readRuns("// expect: glory\n")).toThrow(/"glory" is none of success/);
  expect(() => readRuns("// machines: vax\n")).toThrow(/no machine is called "vax"/);
});

test("a verdict needs its own line and status 0", () => {
  const success = { kind: "success", value: "SUCCESS" } as const;
  expect(mismatch({ status: 0, console: "SUCCESS\n" }, success)).toBeUndefined();
  expect(mismatch({ status: 1, console: "SUCCESS\n" }, success)).toMatch(/no SUCCESS/);
  expect(mismatch({ status: 0, console: "NO SUCCESS\n" }, success)).toMatch(/no SUCCESS/);
});

test("a crash needs a whole record, its reason and status 134", () => {
  const crash = { kind: "crash", value: "page fault" } as const;
  const record =
    '[unikernel] crash {"build":"0123456789abcdef","reason":"page fault: null","frames":["0x10"]}';
  expect(mismatch({ status: 134, console: record }, crash)).toBeUndefined();
  expect(mismatch({ status: 0, console: record }, crash)).toMatch(/expected a crash/);
  expect(mismatch({ status: 134, console: record.replace("0123", "") }, crash)).toMatch(/crash/);
  expect(mismatch({ status: 134, console: record.replace("page", "no") }, crash)).toMatch(/crash/);
});

test("disks are made for each kind of virtio device", () => {
  const runs = readRuns(
    "// machines: pc\n// virtio: legacy modern\n// disk: one 8M\n// disk: two 1M read-only\n",
  );
  expect(runs.map(({ virtio }) => virtio)).toEqual(["legacy", "modern"]);
  expect(runs[1]?.disks).toEqual([
    { name: "one", sizeBytes: 8 << 20, readOnly: false },
    { name: "two", sizeBytes: 1 << 20, readOnly: true },
  ]);
  expect(() => readRuns("// virtio: old\n")).toThrow(/"old" is neither/);
  expect(() => readRuns("// disk: 8M one\n")).toThrow(/is not NAME SIZE/);
});
