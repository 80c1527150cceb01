// A libvirt host as if it were another machine: over ssh, and over TLS.
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { LibvirtDriver } from "../../provider/src/drivers/libvirt/libvirt-driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { freePort } from "../support/free-port.ts";
import { LibvirtDaemon, whyNoLibvirtd } from "./libvirt-daemon.ts";
import { LibvirtHome } from "./libvirt-driver-home.ts";
import { makeCertificates, startSsh } from "./libvirt-transports.ts";
import { tcp } from "./qemu-driver-home.ts";
import { temporaryDirectory } from "./temporary.ts";

const whyNot = await whyNoLibvirtd();
const never = new AbortController().signal;
beforeEach((context) => {
  if (whyNot !== null) context.skip(whyNot);
});

/** Image and configuration go there, console and exit status come back. */
async function livesThere(home: LibvirtHome): Promise<void> {
  const { driver } = home;
  expect(await driver.unavailable()).toBeNull();
  const args = ["from another machine"];
  const spec = await home.spec({ showConfiguration: true }, { args, ports: [tcp(0, 80)] });
  expect(await driver.apply(spec, never)).toMatchObject({
    state: "running",
    ports: [{ guest: 80 }],
  });
  const shows = async () => (await driver.consoleTail(spec.id, 9)).includes(`arg:${args[0]}`);
  expect(await until(shows)).toBe(true);
  const ends = await home.spec({ exit: 5 });
  await driver.apply(ends, never);
  const hasEnded = async () => (await driver.status(ends.id)).state === "stopped";
  expect(await until(hasEnded)).toBe(true);
  expect((await driver.status(ends.id)).exitStatus).toBe(5);
  await driver.remove(spec.id);
  expect((await driver.status(spec.id)).state).toBe("absent");
}

const until = (holds: () => Promise<boolean>) =>
  poll(async () => ((await holds()) ? true : undefined), { everyMs: 20, timeoutMs: 20_000 });

test("over ssh, with a key and no password; another key is refused with ssh's reason", async () => {
  await using daemon = await LibvirtDaemon.start();
  const files = temporaryDirectory();
  const server = await startSsh(daemon, files);
  await using home = await LibvirtHome.make(server.uri(server.key));
  await livesThere(home);
  const stranger = new LibvirtDriver({ uri: server.uri(server.otherKey), home: files });
  expect(await stranger.unavailable()).toMatch(
    /^libvirt at qemu\+ssh:\S+ cannot be reached: .*Permission denied/s,
  );
});

test("over TLS, with certificates at both ends; a client without one is refused", async () => {
  const files = temporaryDirectory();
  const pki = join(files, "pki");
  await makeCertificates(pki);
  const port = await freePort();
  await using _daemon = await LibvirtDaemon.start({ tls: { port, pki } });
  const uri = `qemu+tls://127.0.0.1:${port}/system`;
  await using home = await LibvirtHome.make(`${uri}?pkipath=${pki}`);
  await livesThere(home);
  const stranger = new LibvirtDriver({ uri, home: files });
  expect(await stranger.unavailable()).toMatch(
    /^libvirt at qemu\+tls:\S+ cannot be reached: .*cacert\.pem/s,
  );
});
