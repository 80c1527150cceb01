// The libvirt driver with a Xen host, nested in QEMU: what every driver must do, and what is the
// host's own there.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildImage, openStore, planImage } from "@pulumi-unikernel/toolchain";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Step } from "../../provider/src/drivers/libvirt/libvirt-driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { whyNoLibvirt } from "../support/xen/libvirt-files.ts";
import { GUEST_NETWORK, NestedXen, whyNoXen } from "../support/xen/nested-xen.ts";
import { driverSuite } from "./driver-suite.ts";
import { LibvirtHome } from "./libvirt-driver-home.ts";
import { askedAndTypedTo } from "./libvirt-lifecycle.ts";
import { tcp } from "./qemu-driver-home.ts";
import { volumeSuite } from "./volume-suite.ts";

const whyNot = whyNoXen() ?? whyNoLibvirt();
const never = new AbortController().signal;
const AGAINST_SLOW_MACHINES = { everyMs: 20, timeoutMs: 30_000 };
let host: NestedXen;
beforeAll(async () => {
  if (whyNot === undefined) host = await NestedXen.start({ withLibvirt: true });
}, 240_000);
afterAll(() => host?.stop());
beforeEach((context) => {
  if (whyNot !== undefined) context.skip(whyNot);
});

driverSuite("libvirt with Xen", () => LibvirtHome.make(host.uri), {
  reset: "the guests of this test always say a status",
  ports: "a guest of Xen has no ports of its host: it is reached at an address of its own",
});

volumeSuite(
  { name: "libvirt", uri: "xen:///system" },
  "xen",
  ["raw"],
  () => LibvirtHome.make(host.uri),
  {
    // Volume and Guest see drivers only, and what they do with them is tested with those of QEMU;
    // here it would take a minute.
    isAlone: true,
    die: async (guest) => void (await host.run(`xl destroy ${guest}`)),
  },
);

async function build(app: string, libraries: string[]) {
  const plan = await planImage({
    app: join(import.meta.dirname, app),
    libraries,
    options: {},
    optimize: "speed",
    platform: "xen",
    architecture: "x86_64",
  });
  const { path, manifest } = await buildImage(plan, openStore());
  return { imagePath: path, digest: manifest.digest };
}

describe("what others do to a domain", () => {
  const virsh = async (...args: readonly string[]) =>
    (await promisify(execFile)("virsh", ["-q", "-c", host.uri, ...args])).stdout;

  test("an edit of its memory shows as drift, and the next apply puts it back", async () => {
    await using home = await LibvirtHome.make(host.uri);
    const spec = await home.spec({});
    await home.driver.apply(spec, never);
    expect((await home.driver.status(spec.id)).edited).toBeUndefined();
    const edited = (await virsh("dumpxml", "--inactive", spec.id)).replaceAll(">16384<", ">32768<");
    const file = join(home.directory, "edited.xml");
    await writeFile(file, edited);
    await virsh("define", file);
    const { edited: found } = await home.driver.status(spec.id);
    expect(found).toEqual({ memoryBytes: 32 * 2 ** 20 });
    await home.driver.apply(spec, never);
    expect((await home.driver.status(spec.id)).edited).toBeUndefined();
  });

  test("one that was destroyed is started again by the next apply", async () => {
    await using home = await LibvirtHome.make(host.uri);
    const spec = await home.spec({});
    await home.driver.apply(spec, never);
    await virsh("destroy", spec.id);
    const { state, exitStatus } = await home.driver.status(spec.id);
    expect([state, exitStatus]).toEqual(["stopped", undefined]);
    expect((await home.driver.apply(spec, never)).state).toBe("running");
  });
});

test("secrets are in no definition, and where the host keeps nothing longer than it runs", async () => {
  await using home = await LibvirtHome.make(host.uri);
  const secret = "correct-horse-battery-staple";
  const spec = await home.spec({}, { env: { KEY: secret }, args: [secret] });
  await home.driver.apply(spec, never);
  const places = "/etc/libvirt /var /run/libvirt /tmp";
  const found = await host.run(`grep -rls ${secret} ${places}; xenstore-ls | grep ${secret}`);
  expect(found.trim()).toBe(`/run/libvirt/unikernel/${spec.id}.configuration`);
});

test.each<Step>(["recorded", "prepared", "started", "forwarded", "running"])(
  "a crash of the provider after the step %s leaves what can be applied or removed",
  async (fatal) => {
    await using dying = await LibvirtHome.make(host.uri, {
      onStep: (step) => {
        if (step === fatal) throw new Error("the provider died");
      },
    });
    await using home = await LibvirtHome.make(host.uri);
    const spec = await dying.spec({ text: "up\n" }, { env: { A: "1" } });
    await expect(dying.driver.apply(spec, never)).rejects.toThrow("the provider died");
    expect(await home.driver.guests()).toMatchObject([{ id: spec.id, progress: "creating" }]);
    expect(await home.driver.apply(spec, never)).toMatchObject({ state: "running" });
    await home.driver.remove(spec.id);
    const left =
      "ls /var/lib/libvirt/unikernel /run/libvirt/unikernel | grep -v :; xl list | grep test-";
    expect((await host.run(`${left}; ls /var/log/xen/console | grep ${spec.id}`)).trim()).toBe("");
  },
);

test("a guest is asked to end, with a console that can be typed to", async () => {
  await using home = await LibvirtHome.make(host.uri);
  const restart = { when: "no", backoffMs: 0 } as const;
  const lifecycle = { shutdownTimeoutMs: 20_000, restart };
  const changes = { ...(await build("lifecycle-app", [])), lifecycle };
  await askedAndTypedTo(home, changes, AGAINST_SLOW_MACHINES);
});

test.each([
  ["fails", ["exit", "3"]],
  ["crashes", ["crash"]],
])("a guest that %s is started again where it is to be", async (_what, args) => {
  await using home = await LibvirtHome.make(host.uri);
  const restart = { when: "on-failure", backoffMs: 1_000 } as const;
  const changes = { ...(await build("lifecycle-app", [])), args };
  const lifecycle = { shutdownTimeoutMs: 0, restart };
  const spec = await home.spec({}, { ...changes, lifecycle });
  await home.driver.apply(spec, never);
  await expect
    .poll(() => home.driver.status(spec.id), { timeout: AGAINST_SLOW_MACHINES.timeoutMs })
    .toMatchObject({ state: "running", restarts: 1 });
  await home.driver.stop(spec.id);
  expect((await home.driver.status(spec.id)).state).not.toBe("running");
});

test("a guest in a bridge has the address and the ports that it is given", async () => {
  const { guest, prefixBits, gateway, dns } = GUEST_NETWORK;
  const place = { address: `${guest}/${prefixBits}`, gateway, dns };
  await using home = await LibvirtHome.make(host.uri, { bridge: "xenbr0", place });
  const image = await build("../e2e/fixtures/web", ["lwip", "httpd"]);
  const changes = { ...image, ports: [tcp(0, 80)], env: { GREETING: "from Xen" } };
  const spec = await home.spec({}, { ...changes, memoryBytes: 32 * 2 ** 20 });
  const port = { host: 80, guest: 80, protocol: "tcp", address: guest };
  const status = await home.driver.apply(spec, never);
  expect(status).toMatchObject({ state: "running", ports: [port], addresses: { xenbr0: guest } });
  expect(await home.driver.takePorts(spec.id, spec.ports)).toEqual([port]);
  const body = await poll(
    () =>
      fetch(`http://127.0.0.1:${host.guestPort}/`).then(
        (answer) => answer.text(),
        () => undefined,
      ),
    AGAINST_SLOW_MACHINES,
  );
  expect(body).toBe("page one, from Xen\n");
});
