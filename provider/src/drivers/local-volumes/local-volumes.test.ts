// Volumes as files: what a disk starts from, and what a crash may leave.
import { mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diskSize, formatOfFile } from "./disk-files.ts";
import { LocalVolumes } from "./local-volumes.ts";
import { volumeFiles, writeVolumeRecord } from "./volume-record.ts";

const MiB = 2 ** 20;
const never = new AbortController().signal;
let home: string;
let volumes: LocalVolumes;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "unikernel-volumes-"));
  volumes = new LocalVolumes({ home, driver: "qemu", formatProblem: async () => null });
});
afterEach(() => rm(home, { recursive: true }));

const spec = (id: string) => ({ id, owner: "urn", sizeBytes: 4 * MiB, format: "raw" }) as const;

test("an empty disk takes up no room, and nobody else may read it", async () => {
  await volumes.create(spec("data"), never);
  expect(await volumes.status("data")).toEqual({
    ...spec("data"),
    progress: "creating",
    usedBytes: 0,
  });
  const disk = await volumes.disk("data");
  expect((await stat(disk.path)).mode & 0o777).toBe(0o600);
  expect((await stat(volumeFiles(home, "data").directory)).mode & 0o777).toBe(0o700);
});

test("a disk starts from a file, whose holes stay holes", async () => {
  const file = join(home, "snapshot");
  const handle = await open(file, "wx");
  await handle.truncate(3 * MiB + 512);
  await handle.write("in the middle", 2 * MiB);
  await handle.close();
  await volumes.create({ ...spec("data"), source: { file } }, never);
  const { path } = await volumes.disk("data");
  const expected = Buffer.concat([await readFile(file), Buffer.alloc(MiB - 512)]);
  expect((await readFile(path)).equals(expected)).toBe(true);
  expect((await volumes.status("data"))?.usedBytes).toBeLessThanOrEqual(MiB);
});

test("a copy that is cancelled leaves no disk, and can be made again", async () => {
  const file = join(home, "snapshot");
  await writeFile(file, "x".repeat(4096));
  const source = { file };
  const reason = new Error("cancelled by the test");
  const creation = volumes.create({ ...spec("data"), source }, AbortSignal.abort(reason));
  await expect(creation).rejects.toBe(reason);
  expect(await volumes.status("data")).toBeUndefined();
  expect(await volumes.list()).toMatchObject([{ id: "data", progress: "creating" }]);
  await volumes.create({ ...spec("data"), source }, never);
  expect(await volumes.status("data")).toMatchObject({ sizeBytes: 4 * MiB });
});

test("a damaged record makes no volume of what is there, and nothing is removed", async () => {
  await volumes.create(spec("data"), never);
  const { path } = await volumes.disk("data");
  await writeFile(volumeFiles(home, "data").record, '{"version": 1,');
  expect(await volumes.list()).toEqual([]);
  expect(await volumes.status("data")).toBeUndefined();
  await volumes.remove("data");
  expect((await stat(path)).size).toBe(4 * MiB);
});

test("another driver's volume is none", async () => {
  const record = { version: 1, id: "data", owner: "urn", progress: "kept", format: "raw" } as const;
  await writeVolumeRecord(home, { ...record, driver: "sandbox" });
  await expect(volumes.disk("data")).rejects.toThrow('no volume data of the driver "qemu"');
  expect(await volumes.list()).toEqual([]);
});

test("a file is what its name says, whatever its content looks like", async () => {
  expect(formatOfFile("/a/b.qcow2")).toBe("qcow2");
  expect(formatOfFile("/a/b.img")).toBe("raw");
  // What a guest could write to its raw disk: a qcow2 that is based on a file of the host.
  const header = Buffer.alloc(512);
  header.write("QFI\xfb", "latin1");
  header.writeUInt32BE(2, 4);
  header.writeBigUInt64BE(104n, 8);
  const path = join(home, "hostile");
  await writeFile(path, header);
  expect(await diskSize({ path, format: "raw" })).toBe(512);
  await expect(diskSize({ path, format: "qcow2" })).rejects.toThrow("is based on another file");
  await writeFile(path, "no disk at all, however long it is");
  await expect(diskSize({ path, format: "qcow2" })).rejects.toThrow("is no qcow2 disk");
});
