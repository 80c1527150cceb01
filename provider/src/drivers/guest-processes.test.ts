import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stopAll } from "./guest-processes.ts";

const directory = mkdtempSync(join(tmpdir(), "unikernel-processes-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Half a gigabyte takes long to give back; only after that are ports given back, too. */
const LARGE = `
import time
memory = bytearray(b"x") * (1 << 29)
print(len(memory), flush=True)
time.sleep(1000)
`;

// While it ends, and while it becomes another program, a process has no command line.
test("who is stopped has really ended, however long that takes", async () => {
  const guest = join(directory, "guest");
  mkdirSync(guest);
  const files = { id: "guest", directory: guest, record: join(guest, "guest.json") };
  for (let round = 0; round < 3; round++) {
    const child = spawn("python3", ["-c", LARGE, "of-the-guest"], {
      cwd: guest,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await stopAll(files, (args) => (args.includes("of-the-guest") ? "monitor" : undefined), 0);
    await expect(readlink(`/proc/${child.pid}/cwd`)).rejects.toThrow("ENOENT");
  }
});
