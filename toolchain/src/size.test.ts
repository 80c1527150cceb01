import { expect, test } from "vitest";
import { formatSize, parseSizeBytes } from "./size.ts";

test.each([
  ["2GiB", 2 * 2 ** 30],
  ["1.5 G", 1.5 * 2 ** 30],
  ["64M", 64 * 2 ** 20],
  ["32mib", 32 * 2 ** 20],
  ["500 B", 500],
  ["0", 0],
])("%s is understood", (text, bytes) => expect(parseSizeBytes(text)).toBe(bytes));

test.each(["", "GiB", "-1G", "4 pages", "1e9", "99999999T"])("%j is no size", (text) =>
  expect(parseSizeBytes(text)).toBeUndefined(),
);

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [1024 * 1024 - 1, "1 MiB"],
  [4 * 2 ** 30, "4 GiB"],
])("%d bytes are %s", (bytes, text) => expect(formatSize(bytes)).toBe(text));
