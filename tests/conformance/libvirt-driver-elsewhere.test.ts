// The libvirt driver where libvirt is not the machine's own: a session of a user without
// privileges, against all that every driver must do, and a host that is reached over the network.
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildImage, openStore, planImage } from "@pulumi-unikernel/toolchain";
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
  await using daemon = await LibvirtDaemon.start({ tcpPort: await freePort() });
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

const NETWORK = `<network>
  <name>apps</name>
  <forward mode="nat"/>
  <bridge name="apps0" stp="off" delay="0"/>
  <ip address="192.168.233.1" netmask="255.255.255.0">
    <dhcp><range start="192.168.233.10" end="192.168.233.99"/></dhcp>
  </ip>
</network>
`;

test("a guest in a network of libvirt's has an address of its own", async () => {
  await using daemon = await LibvirtDaemon.start({ ownNetwork: true });
  await using home = await LibvirtHome.make(daemon.uri);
  const description = join(home.directory, "network.xml");
  await writeFile(description, NETWORK);
  await daemon.virsh("net-define", description);
  await daemon.virsh("net-start", "apps");
  const plan = await planImage({
    app: join(import.meta.dirname, "../e2e/fixtures/web"),
    libraries: ["lwip", "httpd"],
    options: {},
    optimize: "speed",
    platform: "kvm",
    architecture: "x86_64",
  });
  const image = await buildImage(plan, await openStore());
  const child = join(import.meta.dirname, "libvirt-network-child.ts");
  const output = await daemon.inNetwork(process.execPath, [
    ...[child, daemon.uri, home.directory, image.path, image.manifest.digest],
  ]);
  const seen = JSON.parse(output);
  const address = expect.stringMatching(/^192\.168\.233\.\d+$/);
  const port = { host: 80, guest: 80, protocol: "tcp", address };
  expect(seen.available).toEqual([null, expect.stringContaining('has no network "nowhere"')]);
  expect(seen.status).toMatchObject({ state: "running", ports: [port] });
  expect(seen.port).toEqual(seen.status.ports[0]);
  expect(seen.body).toBe("page one, from a network\n");
  expect(seen.accepts).toEqual([true, false]);
  expect(seen.again).toEqual(seen.status);
  expect(seen.restarted.ports).toEqual(seen.status.ports);
  expect(seen.ended).toMatchObject({ state: "stopped", exitStatus: 7, ports: [] });
});
