import { expect, test } from "vitest";
import { formatSize, parseDurationMs, parseSizeBytes } from "./quantities.ts";

test("durations", () => {
  expect(parseDurationMs("500ms")).toBe(500);
  expect(parseDurationMs("5s")).toBe(5_000);
  expect(parseDurationMs("1.5m")).toBe(90_000);
  expect(parseDurationMs("2 h")).toBe(7_200_000);
  for (const wrong of ["", "5", "s", "-1s", "5sec", "1e3s", "5s ", "toString"]) {
    expect(parseDurationMs(wrong), wrong).toBeUndefined();
  }
});

test("sizes", () => {
  expect(parseSizeBytes("32MiB")).toBe(33_554_432);
  expect(parseSizeBytes("0.5GiB")).toBe(536_870_912);
  expect(parseSizeBytes("16MB")).toBe(16_000_000);
  for (const wrong of ["32", "32Mib", "32 mib", "MiB", "-1MiB", "0.3B", "1constructor"]) {
    expect(parseSizeBytes(wrong), wrong).toBeUndefined();
  }
});

test("sizes are written in the unit that fits", () => {
  expect(formatSize(33_554_432)).toBe("32MiB");
  expect(formatSize(2 ** 30)).toBe("1GiB");
  expect(formatSize(16_000_000)).toBe("15625KiB");
  expect(formatSize(1001)).toBe("1001B");
});
