// The sandbox driver against what every driver must do, and what only it has.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { poll } from "../../provider/src/guests/wait.ts";
import { driverSuite } from "./driver-suite.ts";
import { processesBelow, tcp } from "./qemu-driver-home.ts";
import { SandboxHome } from "./sandbox-driver-home.ts";

driverSuite("sandbox", () => SandboxHome.make(), {
  reset: "a process cannot reset its machine",
});

const never = new AbortController().signal;

test.each(["recorded", "spawned", "answered", "started"] as const)(
  "a start that died when it was %s can be repeated, and leaves one process",
  async (step) => {
    await using home = await SandboxHome.make();
    const spec = await home.spec({ text: "up\n" }, { ports: [tcp(0, 80)], env: { A: "1" } });
    await expect(home.driverThatDies(step).apply(spec, never)).rejects.toThrow(`died at ${step}`);
    const status = await home.driver.apply(spec, never);
    expect(status).toMatchObject({ state: "running", ports: [{ guest: 80 }] });
    expect(status.ports[0]?.host).toBeGreaterThan(0);
    expect(await processesBelow(home.directory)).toHaveLength(2);
    await home.driver.remove(spec.id);
    expect(await processesBelow(home.directory)).toEqual([]);
  },
);

test("secrets are in no file, no command line and no environment", async () => {
  await using home = await SandboxHome.make();
  const secret = "correct-horse-battery-staple";
  const spec = await home.spec({}, { env: { KEY: secret }, args: [secret] });
  await home.driver.apply(spec, never);
  const directory = join(home.directory, "guests", spec.id);
  for (const name of await readdir(directory)) {
    const content = await readFile(join(directory, name), "latin1").catch(() => "");
    expect(content, name).not.toContain(secret);
  }
  const [pid] = await processesBelow(home.directory);
  expect(await readFile(`/proc/${pid}/cmdline`, "utf8")).not.toContain(secret);
  expect(await readFile(`/proc/${pid}/environ`, "utf8")).not.toContain(secret);
  expect((await home.driver.configuration(spec.id))?.env.KEY).toBe(secret);
});

test("a guest dies with its tender, however that ends", async () => {
  await using home = await SandboxHome.make();
  const spec = await home.spec({ text: "up\n" });
  await home.driver.apply(spec, never);
  const [tender] = await processesBelow(home.directory);
  const children = `/proc/${tender}/task/${tender}/children`;
  const guest = Number((await readFile(children, "utf8")).trim().split(" ")[0]);
  process.kill(tender ?? 0, "SIGKILL");
  const isGone = () =>
    readFile(`/proc/${guest}/stat`, "utf8").then(
      (text) => (/\) [ZX] /.test(text) ? true : undefined),
      () => true,
    );
  expect(await poll(isGone, { everyMs: 5, timeoutMs: 5_000 })).toBe(true);
  expect((await home.driver.status(spec.id)).state).toBe("stopped");
});

test("an image that is none is refused with what is wrong with it", async () => {
  await using home = await SandboxHome.make();
  const spec = await home.spec({});
  const broken = { ...spec, imagePath: "/proc/self/environ" };
  await expect(home.driver.apply(broken, never)).rejects.toThrow(/did not start: not an image/);
});
