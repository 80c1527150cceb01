// The provider is killed while it creates a guest. Whatever the moment, repeating the creation
// leaves exactly one guest, which is recorded, and no process besides.
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort, processesBelow, TestHome } from "../conformance/qemu-driver-home.ts";
import { checkedInputs, DIGEST, guestResource, silentContext } from "./guest-resource.ts";

const POINTS = [
  "recorded",
  "spawned",
  "answered",
  "started",
  "after apply",
  "after takePorts",
  "after mark",
];

async function createAndDie(home: TestHome, image: string, port: number, point: string) {
  const script = join(import.meta.dirname, "create-and-die.ts");
  const child = spawn(process.execPath, [script, home.directory, image, String(port), point], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const signal = await new Promise((resolve) => child.once("exit", (_code, name) => resolve(name)));
  expect(signal, "killed at that point, not ended before").toBe("SIGKILL");
}

async function expectOneGuest(home: TestHome, id: string): Promise<void> {
  expect(await readdir(join(home.directory, "guests"))).toEqual([id]);
  expect((await home.driver.guests()).map((guest) => guest.id)).toEqual([id]);
  // QEMU and the shell that waits for it.
  expect(await processesBelow(home.directory)).toHaveLength(2);
}

test.each(POINTS)("killed at the point: %s", async (point) => {
  await using home = await TestHome.make();
  const image = await home.image({ text: "up\n" });
  const port = await freePort();
  await createAndDie(home, image, port, point);

  const guest = guestResource(home.driver, { [DIGEST]: image });
  const inputs = await checkedInputs(guest, {
    image: DIGEST,
    ports: [{ host: port, guest: 80 }],
    accelerator: "tcg",
    healthCheck: { console: "up" },
  });
  const created = await guest.create(silentContext(), {
    inputs,
    preview: false,
    timeoutSeconds: 0,
  });
  expect(created.state.url).toBe(`http://127.0.0.1:${port}`);
  expect((await home.driver.status(created.id)).state).toBe("running");
  await expectOneGuest(home, created.id);
  await guest.delete(silentContext(), { id: created.id, state: created.state, timeoutSeconds: 0 });
  expect(await processesBelow(home.directory)).toEqual([]);
});

test("killed while it replaces: the predecessor stays, with its port", async () => {
  await using home = await TestHome.make();
  const image = await home.image({ text: "up\n" });
  const port = await freePort();
  const guest = guestResource(home.driver, { [DIGEST]: image });
  const inputs = await checkedInputs(guest, {
    image: DIGEST,
    ports: [{ host: port, guest: 80 }],
    accelerator: "tcg",
    healthCheck: { console: "up" },
  });
  const request = { inputs, preview: false, timeoutSeconds: 0 };
  const old = await guest.create(silentContext(), request);
  await guest.diff(silentContext(), { id: old.id, olds: inputs, state: old.state, news: inputs });
  await createAndDie(home, image, port, "after takePorts");

  const next = await guest.create(silentContext(), request);
  expect((await home.driver.status(old.id)).state).toBe("running");
  const ids = (await home.driver.guests()).map(({ id }) => id).sort();
  expect(ids).toEqual([old.id, next.id].sort());
  expect((await home.driver.status(next.id)).ports[0]?.host).toBe(port);
  await guest.delete(silentContext(), { id: old.id, state: old.state, timeoutSeconds: 0 });
  await expectOneGuest(home, next.id);
});

test("a guest that was started but not recorded as such is adopted, not started again", async () => {
  await using home = await TestHome.make();
  const image = await home.image({ text: "up\n" });
  const port = await freePort();
  await createAndDie(home, image, port, "answered");
  const [summary] = await home.driver.guests();
  if (summary === undefined) throw new Error("the guest is not recorded");
  const before = await processesBelow(home.directory);
  const spec = { ...summary, args: [], env: {} };
  const status = await home.driver.apply(spec, new AbortController().signal);
  expect(status.state).toBe("running");
  expect(await processesBelow(home.directory)).toEqual(before);
});
