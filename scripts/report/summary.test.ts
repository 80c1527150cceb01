import { expect, test } from "vitest";
import { combine, reasonInName, summaryOf } from "./summary.ts";

test("ends with the counts and tells why something was skipped", () => {
  const { lines, ok } = summaryOf(
    combine([
      { passed: 2, failed: [], skipped: [{ name: "kvm", reason: "no fast /dev/kvm here" }] },
      { passed: 1, failed: [], skipped: [] },
    ]),
  );
  expect(lines).toEqual(["skipped: kvm: no fast /dev/kvm here", "3 passed, 0 failed, 1 skipped"]);
  expect(ok).toBe(true);
});

test("a failure is named and fails the run", () => {
  const { lines, ok } = summaryOf({ passed: 0, failed: ["boots"], skipped: [] });
  expect(lines).toEqual(["failed: boots", "0 passed, 1 failed, 0 skipped"]);
  expect(ok).toBe(false);
});

test("a skip without a reason is a failure", () => {
  const { lines, ok } = summaryOf({
    passed: 0,
    failed: [],
    skipped: [{ name: "boots", reason: undefined }],
  });
  expect(lines.at(-1)).toBe("0 passed, 1 failed, 0 skipped");
  expect(ok).toBe(false);
});

test("a skipped group says why in its name", () => {
  expect(reasonInName("a full disk (skipped: only root can mount one) > of 1m")).toBe(
    "only root can mount one",
  );
  expect(reasonInName("boots")).toBeUndefined();
});
