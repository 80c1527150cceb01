// Networks whose maker dies at the worst moment.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { networkFiles } from "../../provider/src/drivers/networks/files.ts";
import { LocalNetworks } from "../../provider/src/drivers/networks/local-networks.ts";
import { findSwitch } from "../../provider/src/drivers/networks/switch-process.ts";

let home: string;
let networks: LocalNetworks;
const back = { id: "back", owner: "urn:test", name: "back", cidr: "10.7.0.0/24" };
const guest = (id: string, address?: string) => ({
  ...{ id, owner: `urn:${id}` },
  networks: [{ network: "back", name: id, ...(address === undefined ? {} : { address }) }],
});

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "unikernel-networks-"));
  networks = new LocalNetworks({ home });
});
afterEach(async () => {
  for (const { id } of await networks.list()) await networks.remove(id);
  await rm(home, { recursive: true, force: true });
});

test("a provider that is killed leaves the switch running, and the next one finds it", async () => {
  const program = join(import.meta.dirname, "network-and-die.ts");
  expect(spawnSync(process.execPath, [program, home, "back"]).signal).toBe("SIGKILL");
  const before = await findSwitch(networkFiles(home, "back"));
  expect(await networks.status("back")).toBe("running");
  await networks.apply(back);
  expect(await findSwitch(networkFiles(home, "back"))).toEqual(before);
});

test("one that dies before the switch has started leaves what the next can finish", async () => {
  const dying = new LocalNetworks({
    home,
    program: async () => {
      throw new Error("killed");
    },
  });
  await expect(dying.apply(back)).rejects.toThrow("killed");
  expect(await networks.status("back")).toBe("stopped");
  expect(await networks.list()).toMatchObject([{ id: "back", progress: "creating" }]);
  await networks.apply(back);
  expect(await networks.status("back")).toBe("running");
});

test("guests that come at the same time get different addresses, and one that is back its own", async () => {
  await networks.apply(back);
  const ids = Array.from({ length: 8 }, (_, index) => `guest-${index}`);
  // Two providers at once.
  const other = new LocalNetworks({ home });
  const given = await Promise.all(
    ids.map((id, index) => (index % 2 ? networks : other).attach(guest(id), "stream")),
  );
  const addresses = given.flat().map(({ address }) => address);
  expect(new Set(addresses).size).toBe(ids.length);
  const again = await networks.attach(guest("guest-3"), "stream");
  expect(again[0]?.address).toBe(addresses[3]);
});

test("an address that somebody was just given is refused, and free when its guest is gone", async () => {
  await networks.apply(back);
  await networks.attach(guest("one", "10.7.0.9"), "stream");
  await expect(networks.attach(guest("two", "10.7.0.9"), "stream")).rejects.toThrow(
    "10.7.0.9 is the address of one (urn:one) in back; choose another one",
  );
  await networks.release("one");
  expect(await networks.attach(guest("two", "10.7.0.9"), "stream")).toMatchObject([
    { address: "10.7.0.9", nameServer: "10.7.0.1", mac: "02:67:0a:07:00:09" },
  ]);
});

test("a switch that refuses to start says why", async () => {
  const program = join(home, "broken");
  await writeFile(program, "#!/bin/sh\necho no such luck >&2\n", { mode: 0o755 });
  const broken = new LocalNetworks({ home, program: async () => program });
  await expect(broken.apply(back)).rejects.toThrow(
    "the switch of back did not start: no such luck",
  );
});
