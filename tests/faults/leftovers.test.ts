// Guests that come and go leave nothing behind; 500 of each in `npm run bench`.
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { poll } from "../../provider/src/guests/wait.ts";
import { TestHome, tcp } from "../conformance/qemu-driver-home.ts";
import { SandboxHome } from "../conformance/sandbox-driver-home.ts";
import { leftovers } from "../support/leftovers.ts";

const CYCLES = 30;
const never = new AbortController().signal;
const usual = process.env.TMPDIR;
let temporary: string;

// What others do in the usual one at the same time is none of this test's business.
beforeEach(async () => {
  temporary = await realpath(await mkdtemp(join(tmpdir(), "unikernel-leftovers-")));
  await mkdir(join(temporary, "tmp"));
  process.env.TMPDIR = join(temporary, "tmp");
});
afterEach(async () => {
  if (usual === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usual;
  await rm(temporary, { recursive: true });
});

test.each([
  ["sandbox", () => SandboxHome.make()],
  ["qemu", () => TestHome.make()],
] as const)(
  `${CYCLES} guests of the driver %s leave nothing behind`,
  async (_name, make) => {
    await using home = await make();
    const spec = await home.spec({ text: "up\n" }, { ports: [tcp(0, 80)] });
    const cycle = async (id: string) => {
      expect((await home.driver.apply({ ...spec, id }, never)).state).toBe("running");
      await home.driver.remove(id);
    };
    // The first one opens what stays open: pools of threads, caches.
    await cycle("guest-first");
    await home.driver.apply(spec, never);
    expect(leftovers(home.directory).processes.length).toBeGreaterThan(0);
    await home.driver.remove(spec.id);
    // A gateway ends when it notices that its guest has.
    const atEnd = async () => {
      const isQuiet = () => leftovers(home.directory).processes.length === 0 || undefined;
      await poll(isQuiet, { everyMs: 5, timeoutMs: 10_000 });
      return leftovers(home.directory);
    };
    const before = await atEnd();
    expect(before).toMatchObject({ processes: [], sockets: [], files: [] });
    for (let index = 0; index < CYCLES; index++) await cycle(`guest-${index}`);
    expect(await atEnd()).toEqual(before);
  },
  120_000,
);
