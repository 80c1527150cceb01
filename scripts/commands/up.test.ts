import { expect, test } from "vitest";
import { summaryLines } from "./up.ts";

test("ends with four lines in a fixed order", () => {
  const outputs = { digest: "sha256:ab", firstResponseMs: 71, sizeBytes: 1234, url: "http://h:1" };
  expect(summaryLines(outputs)).toEqual([
    "url: http://h:1",
    "digest: sha256:ab",
    "sizeBytes: 1234",
    "firstResponseMs: 71",
  ]);
});

test("a missing output is an error, not an empty line", () => {
  expect(() => summaryLines({ url: "http://h:1" })).toThrow('no output "digest"');
});
