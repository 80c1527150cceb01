// The libvirt driver where libvirt is not the machine's own: a session of a user without
// privileges, against all that every driver must do, and a host that is reached over the network.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { poll } from "../../provider/src/guests/wait.ts";
import { driverSuite } from "./driver-suite.ts";
import { LibvirtDaemon, whyNoLibvirtd } from "./libvirt-daemon.ts";
import { LibvirtHome } from "./libvirt-driver-home.ts";
import { freePort, tcp } from "./qemu-driver-home.ts";

const whyNot = await whyNoLibvirtd();
const never = new AbortController().signal;
let session: LibvirtDaemon;
beforeAll(async () => {
  if (whyNot === null) session = await LibvirtDaemon.startSession();
});
afterAll(() => session?.[Symbol.asyncDispose]());
beforeEach((context) => {
  if (whyNot !== null) context.skip(whyNot);
});

driverSuite("libvirt in a user's session", () =>
  LibvirtHome.make(session.uri, { session: session.directory }),
);

test("a session keeps images below its user's home and configurations in memory", async () => {
  await using home = await LibvirtHome.make(session.uri, { session: session.directory });
  const spec = await home.spec({});
  await home.driver.apply(spec, never);
  expect(await readdir(join(session.directory, "home/libvirt"))).toContain(`${spec.id}.console`);
  expect(await readdir(join(session.directory, "libvirt/unikernel"))).toEqual([
    `${spec.id}.configuration`,
  ]);
});

test("a host over the network: image, console, status and ports through libvirt alone", async () => {
  await using daemon = await LibvirtDaemon.start(await freePort());
  await using home = await LibvirtHome.make(daemon.uri);
  expect(await home.driver.unavailable()).toBeNull();
  const spec = await home.spec({ text: "up\n" }, { ports: [tcp(0, 80)] });
  const status = await home.driver.apply(spec, never);
  expect(status).toMatchObject({ state: "running", ports: [{ guest: 80 }] });
  const lines = () => home.driver.consoleTail(spec.id, 5);
  await expect.poll(lines, { timeout: 20_000 }).toEqual(["up"]);
  const ends = await home.spec({ exit: 5 });
  await home.driver.apply(ends, never);
  const ended = await poll(
    async () => {
      const found = await home.driver.status(ends.id);
      return found.state === "stopped" ? found : undefined;
    },
    { everyMs: 10, timeoutMs: 20_000 },
  );
  expect(ended?.exitStatus).toBe(5);
  expect(await home.driver.takePorts(spec.id, status.ports)).toEqual(status.ports);
  await home.driver.remove(spec.id);
  expect(await daemon.virsh("list", "--name")).not.toContain(spec.id);
});
