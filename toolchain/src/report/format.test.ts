import { expect, test } from "vitest";
import {
  count,
  grouped,
  longBytes,
  percent,
  shortBytes,
  shortDigest,
  signedBytes,
} from "./format.ts";

test("sizes are short, or exact with groups of digits", () => {
  expect([0, 1023, 1024, 101_888, 178_564, 1_048_575, 5 * 1024 ** 2].map(shortBytes)).toEqual([
    "0 B",
    "1023 B",
    "1.0 KiB",
    "99.5 KiB",
    "174 KiB",
    "1.0 MiB",
    "5.0 MiB",
  ]);
  expect([1, 999, 1000, 1_234_567].map(longBytes)).toEqual([
    "1 byte",
    "999 bytes",
    "1,000 bytes",
    "1,234,567 bytes",
  ]);
  expect(grouped(12_345)).toBe("12,345");
});

test("changes have a sign, shares a unit, counts their noun", () => {
  expect([0, 40, -2048].map(signedBytes)).toEqual(["±0 B", "+40 B", "−2.0 KiB"]);
  expect([percent(0, 9), percent(1, 5000), percent(1, 30), percent(1, 2), percent(3, 0)]).toEqual([
    "0 %",
    "< 0.1 %",
    "3.3 %",
    "50 %",
    "0 %",
  ]);
  expect([count(1, "library", "libraries"), count(2, "library", "libraries")]).toEqual([
    "1 library",
    "2 libraries",
  ]);
  expect(shortDigest(`sha256:${"0123456789abcdef".repeat(4)}`)).toBe("0123456789ab");
});
