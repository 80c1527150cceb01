// Inside the network namespace of a libvirtd: a guest in one of its networks, from the start to the
// end. Prints what was seen as one line of JSON.
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LibvirtDriver } from "../../provider/src/drivers/libvirt/libvirt-driver.ts";
import { awaitHealthy } from "../../provider/src/guests/health.ts";
import { tinyGuest } from "./qemu-driver-guest.ts";

const [uri = "", home = "", imagePath = "", digest = ""] = process.argv.slice(2);
const never = new AbortController().signal;
const driver = new LibvirtDriver({ uri, home, network: "apps" });
const elsewhere = new LibvirtDriver({ uri, home, network: "nowhere" });
const limits = { intervalMs: 100, timeoutMs: 2_000, retries: 300 };
const spec = {
  id: "leased",
  owner: "urn:test",
  digest,
  imagePath,
  memoryBytes: 32 * 2 ** 20,
  cpus: 1,
  ports: [{ host: 0, guest: 80, protocol: "tcp", address: "127.0.0.1" }],
  args: [],
  env: { GREETING: "from a network" },
  accelerator: "tcg",
} as const;

const available = [await driver.unavailable(), await elsewhere.unavailable()];
const status = await driver.apply(spec, never);
const guest = { driver, id: spec.id, startedAtMs: Date.now(), ports: status.ports };
await awaitHealthy(guest, { kind: "http", path: "/healthz", port: 80, ...limits }, never);
const [port] = await driver.takePorts(spec.id, spec.ports);
if (port === undefined) throw new Error("the guest has no port");
const body = await (await fetch(`http://${port.address}:${port.host}/`)).text();
const attempt = { timeoutMs: 2_000, signal: never };
const accepts = [
  await driver.accepts(spec.id, port, attempt),
  await driver.accepts(spec.id, { ...port, host: 81 }, attempt),
];
const again = await driver.apply(spec, never);
// Started again, it gets the address that it had.
const restarted = await driver.apply({ ...spec, env: {} }, never);
await driver.remove(spec.id);

// One that ends before it has an address.
const tiny = tinyGuest({ exit: 7 });
const tinyPath = join(home, "ends");
await writeFile(tinyPath, tiny);
const tinyDigest = `sha256:${createHash("sha256").update(tiny).digest("hex")}`;
await driver.apply({ ...spec, id: "ends", imagePath: tinyPath, digest: tinyDigest }, never);
const ended = await driver.status("ends");
await driver.remove("ends");
console.log(JSON.stringify({ available, status, port, body, accepts, again, restarted, ended }));
await driver.close();
