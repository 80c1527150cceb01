// Volumes of a libvirt host against what every driver with volumes must do, and how they look there.
import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { LibvirtDaemon, whyNoLibvirtd } from "./libvirt-daemon.ts";
import { LibvirtHome } from "./libvirt-driver-home.ts";
import { volumeSuite } from "./volume-suite.ts";

const whyNot = await whyNoLibvirtd();
const never = new AbortController().signal;
let daemon: LibvirtDaemon;
beforeAll(async () => {
  if (whyNot === null) daemon = await LibvirtDaemon.start();
});
afterAll(() => daemon?.[Symbol.asyncDispose]());
beforeEach((context) => {
  if (whyNot !== null) context.skip(whyNot);
});

volumeSuite("libvirt", "kvm", ["qcow2", "raw"], () => LibvirtHome.make(daemon.uri));
test("a volume is a disk in the host's pool, with its record beside it", async () => {
  await using home = await LibvirtHome.make(daemon.uri);
  const volume = { id: "data", owner: "urn:volume", sizeBytes: 2 ** 20, format: "qcow2" } as const;
  await home.driver.volumes.create(volume, never);
  const pool = join(daemon.directory, "lib/unikernel");
  expect((await readdir(pool)).sort()).toEqual(["data.volume.json", "data.volume.qcow2"]);
  expect(await daemon.virsh("vol-info", "data.volume.qcow2", "unikernel")).toContain("1.00 MiB");
  await home.driver.volumes.remove("data");
  expect(await readdir(pool)).toEqual([]);
});

test("a volume starts from a file of the machine where the program runs", async () => {
  await using home = await LibvirtHome.make(daemon.uri);
  const content = Buffer.alloc(3 * 2 ** 20 + 4096);
  content.write("at the start");
  content.write("at the end", content.length - 512);
  const file = join(home.directory, "snapshot.raw");
  await writeFile(file, content);
  const volume = { id: "data", owner: "urn", sizeBytes: 2 ** 23, source: { file } };
  await expect(home.driver.volumes.create({ ...volume, format: "qcow2" }, never)).rejects.toThrow(
    'use format: "raw"',
  );
  await home.driver.volumes.create({ ...volume, format: "raw" }, never);
  const copy = join(home.directory, "copy.raw");
  await daemon.virsh("vol-download", "data.volume.raw", "--pool", "unikernel", copy);
  await promisify(execFile)("cmp", ["-n", String(content.length), file, copy]);
  expect(await home.driver.volumes.status("data")).toMatchObject({ sizeBytes: 2 ** 23 });
  await home.driver.volumes.remove("data");
});
