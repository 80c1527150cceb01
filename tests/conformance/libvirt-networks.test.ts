// Networks of a libvirt host against what networks promise, and how they look there. Its guests are
// where only the host's own network namespace reaches them.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bridgeOf, networkXml } from "../../provider/src/drivers/libvirt/network-xml.ts";
import { parseCidr } from "../../provider/src/drivers/networks/cidr.ts";
import { createNetwork } from "../../provider/src/resources/network.ts";
import { silentContext } from "../faults/guest-resource.ts";
import { networkSuite } from "./guest-networks.ts";
import { LibvirtDaemon, whyNoLibvirtd } from "./libvirt-daemon.ts";
import { LibvirtHome } from "./libvirt-driver-home.ts";

const never = new AbortController().signal;
const whyNot = await whyNoLibvirtd();
const _never = new AbortController().signal;
let daemon: LibvirtDaemon;
beforeAll(async () => {
  if (whyNot === null) daemon = await LibvirtDaemon.start({ ownNetwork: true });
});
afterAll(() => daemon?.[Symbol.asyncDispose]());
beforeEach((context) => {
  if (whyNot !== null) context.skip(whyNot);
});

/** Asked from inside of the daemon's network. */
async function get(url: string): Promise<string> {
  const program = `
    const response = await fetch(process.argv[1], { headers: { connection: "close" } });
    process.stdout.write(response.status + " " + (await response.text()));`;
  return daemon.inNetwork(process.execPath, ["--input-type=module", "-e", program, url]);
}

networkSuite(
  "libvirt",
  "kvm",
  async () => {
    const home = await LibvirtHome.make(daemon.uri);
    const { driver, directory } = home;
    return {
      ...{ driver, directory, networks: driver.ownNetworks, get },
      spec: (guest, changes) => home.spec(guest, changes),
      [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
    };
  },
  {
    theSwitch: "the bridge of a libvirt host is its kernel's, without quotas or a process",
    allNames: "a name server of libvirt's knows its own network only",
    revival: "a libvirt host starts a guest again that resets, not one whose process was killed",
    ...(whyNot === null ? {} : { all: whyNot }),
  },
);

const cidr = parseCidr("10.9.0.0/24") ?? { address: 0, bits: 0 };
const network = { id: "apps-1", owner: "urn:apps", name: "apps", cidr: "10.9.0.0/24" };

test.each([true, false])("a network fits libvirt's own schema (isolated: %s)", async (isolated) => {
  await using home = await LibvirtHome.make(daemon.uri);
  const file = join(home.directory, "network.xml");
  await writeFile(file, networkXml({ id: network.id, cidr, isolated }));
  const rules = "/usr/share/libvirt/schemas/network.rng";
  // Exits with a status that is not 0 when it does not.
  await promisify(execFile)("xmllint", ["--noout", "--relaxng", rules, file]);
});

describe("a network as libvirt has it", () => {
  test("has its guests as leases and names, and nothing is left of either", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const { driver } = home;
    await driver.ownNetworks.apply({ ...network, isolated: true });
    const described = () => daemon.virsh("net-dumpxml", network.id);
    expect(await described()).toContain(`<bridge name='${bridgeOf(network.id)}'`);
    const specs = await Promise.all(
      ["one", "other"].map((name) =>
        home.spec({}, { owner: `urn:${name}`, networks: [{ network: network.id, name }] }),
      ),
    );
    // At once: no two of them may choose the same address.
    const started = await Promise.all(specs.map((spec) => driver.apply(spec, never)));
    const addresses = started.map((status) => status.addresses?.apps);
    expect([...addresses].sort()).toEqual(["10.9.0.2", "10.9.0.3"]);
    for (const [index, name] of ["one", "other"].entries()) {
      expect(await described()).toMatch(
        new RegExp(`<host ip='${addresses[index]}'>\\s*<hostname>${name}</hostname>`),
      );
      expect(await described()).toMatch(new RegExp(`<host mac='\\S+' ip='${addresses[index]}'/>`));
    }
    for (const { id } of specs) await driver.remove(id);
    expect(await described()).not.toContain("<host ");
    await driver.ownNetworks.remove(network.id);
    expect(await driver.ownNetworks.status(network.id)).toBe("absent");
    expect((await daemon.virsh("net-list", "--all", "--name")).trim()).toBe("");
    expect((await daemon.virsh("vol-list", "unikernel")).trim()).toBe("");
  });

  test("is told as others have changed it, and started again", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const { ownNetworks } = home.driver;
    await ownNetworks.apply(network);
    expect(await ownNetworks.list()).toMatchObject([{ cidr: "10.9.0.0/24", isolated: false }]);
    await daemon.virsh("net-destroy", network.id);
    expect(await ownNetworks.status(network.id)).toBe("stopped");
    const edited = (await daemon.virsh("net-dumpxml", "--inactive", network.id))
      .replace(/<forward mode='nat'\/?>/, "")
      .replace("10.9.0.1", "10.10.0.1");
    const file = join(home.directory, "edited.xml");
    await writeFile(file, edited);
    await daemon.virsh("net-define", file);
    expect(await ownNetworks.list()).toMatchObject([{ cidr: "10.10.0.0/24", isolated: true }]);
    await ownNetworks.apply(network);
    expect(await ownNetworks.status(network.id)).toBe("running");
    await daemon.virsh("net-destroy", network.id);
    await daemon.virsh("net-undefine", network.id);
    expect(await ownNetworks.status(network.id)).toBe("stopped");
    await ownNetworks.apply(network);
    expect(await ownNetworks.list()).toMatchObject([{ cidr: "10.9.0.0/24", isolated: false }]);
    await ownNetworks.remove(network.id);
  });

  test("is a resource, whose refresh tells what others have changed", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const { driver } = home;
    const resource = createNetwork({
      networks: async () => driver.ownNetworks,
      unavailable: () => driver.unavailable(),
      programDirectory: "/program",
    });
    const context = silentContext(never, "urn:pulumi:dev::project::unikernel:index:Network::back");
    const news = { cidr: "10.9.0.0/24", driver: { name: "libvirt", uri: daemon.uri } };
    const asked = { olds: {}, news, randomSeed: new Uint8Array() };
    const { inputs, failures } = await resource.check(context, asked);
    expect(failures).toEqual([]);
    const how = { preview: false, timeoutSeconds: 0 };
    const { id, state } = await resource.create(context, { inputs, ...how });
    expect(state).toMatchObject({ nameServer: "10.9.0.1", isolated: false, running: true });
    const read = () => resource.read(context, { id, inputs, state });
    expect((await read())?.inputs).toEqual(inputs);
    const file = join(home.directory, "edited.xml");
    const found = await daemon.virsh("net-dumpxml", "--inactive", id);
    await writeFile(file, found.replace(/<forward mode='nat'\/?>(.*<\/forward>)?/s, ""));
    await daemon.virsh("net-define", file);
    await daemon.virsh("net-destroy", id);
    const drifted = await read();
    expect(drifted).toMatchObject({ inputs: { isolated: true }, state: { running: false } });
    const change = { id, olds: drifted?.inputs ?? {}, state, news: inputs };
    const { changes, deleteBeforeReplace } = await resource.diff(context, change);
    expect(Object.keys(changes)).toEqual(["isolated"]);
    expect(deleteBeforeReplace).toBe(true);
    await resource.delete(context, { id, state, timeoutSeconds: 0 });
    expect(await read()).toBeNull();
  });

  test("that is somebody else's is left alone", async () => {
    await using home = await LibvirtHome.make(daemon.uri);
    const { ownNetworks } = home.driver;
    const file = join(home.directory, "theirs.xml");
    await writeFile(file, networkXml({ id: "theirs", cidr, isolated: true }));
    await daemon.virsh("net-define", file);
    expect(await ownNetworks.list()).toEqual([]);
    await ownNetworks.remove("theirs");
    expect(await daemon.virsh("net-list", "--all", "--name")).toContain("theirs");
    await daemon.virsh("net-undefine", "theirs");
  });
});
