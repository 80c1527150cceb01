import { expect, test } from "vitest";
import { guestConfiguration, guestStatus } from "./qemu.ts";
import { parseMemory, parsePort } from "./run.ts";
import { parseVolume } from "./volumes.ts";

test.each([
  ["32MiB", 32 * 1024 ** 2],
  ["1GiB", 1024 ** 3],
  ["64M", 64 * 1024 ** 2],
  ["512 KiB", 512 * 1024],
])("memory %s", (text, bytes) => {
  expect(parseMemory(text)).toBe(bytes);
});

test("ports", () => {
  expect(parsePort("8080:80")).toEqual({ host: 8080, guest: 80 });
  for (const wrong of ["8080", "a:1", "70000:1", "1:0"]) {
    expect(() => parsePort(wrong)).toThrow("expected HOST:GUEST");
  }
});

test("the guest's status, from QEMU's or from the console", () => {
  expect(guestStatus(1, "")).toBe(0);
  expect(guestStatus(7, "hello\n")).toBe(3);
  expect(guestStatus(255, "[unikernel] exit 134\r\n")).toBe(134);
});

test("volumes", () => {
  const file = import.meta.filename;
  expect(parseVolume(`${file}:/data`, 0)).toEqual({
    name: "volume0",
    file,
    path: "/data",
    readOnly: false,
  });
  expect(parseVolume(`${file}:/data:read-only`, 1)).toMatchObject({
    name: "volume1",
    readOnly: true,
  });
  for (const wrong of [file, `${file}:data`, `${file}:/data:ro`, ":/data", `${file}:/a=b`]) {
    expect(() => parseVolume(wrong, 0)).toThrow("expected FILE:/PATH or FILE:/PATH:read-only");
  }
  expect(() => parseVolume("/no/such/disk:/data", 0)).toThrow(
    "there is no such file. An empty one of 64 MiB: truncate -s 64M /no/such/disk",
  );
  expect(() => parseVolume(`${import.meta.dirname}:/data`, 0)).toThrow("it is not a file");
});

test("what the guest is told stands in NUL-terminated lines", () => {
  const lines = guestConfiguration({ arguments: ["a b"], environment: ["X=1"] }).split("\0");
  expect(lines.slice(0, 3)).toEqual(["unikernel-config/1", "arg:a b", "env:X=1"]);
  expect(lines[3]).toMatch(/^clock\.realtime:\d{19}$/);
});
