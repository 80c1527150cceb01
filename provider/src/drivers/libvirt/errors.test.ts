import { expect, test } from "vitest";
import { ErrorCode, LibvirtError, unlessInterrupted } from "./errors.ts";

const interrupted = new LibvirtError(
  ErrorCode.systemError,
  "failed to load cgroup BPF prog: Resource temporarily unavailable",
);

/** Fails so many times, then answers how often it was asked. */
function failing(times: number, error: Error): () => Promise<number> {
  let asked = 0;
  return async () => {
    asked++;
    if (asked <= times) throw error;
    return asked;
  };
}

test("asks again when the host's kernel was interrupted", async () => {
  expect(await unlessInterrupted(failing(2, interrupted))).toBe(3);
});

test("gives up when that does not end", async () => {
  await expect(unlessInterrupted(failing(100, interrupted))).rejects.toBe(interrupted);
});

test("leaves other failures as they are", async () => {
  const other = new LibvirtError(ErrorCode.systemError, "cannot open /dev/tap: Permission denied");
  await expect(unlessInterrupted(failing(1, other))).rejects.toBe(other);
});
