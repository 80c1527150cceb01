// Volumes of the QEMU driver: what every driver must do, and the lock that QEMU itself holds.
import { join } from "node:path";
import { expect, test } from "vitest";
import { QemuDriver } from "../../provider/src/drivers/qemu/qemu-driver.ts";
import { TestHome } from "./qemu-driver-home.ts";
import { volumeSuite } from "./volume-suite.ts";

volumeSuite("qemu", "kvm", ["raw", "qcow2"], () => TestHome.make(), { copiesRunning: true });

const never = new AbortController().signal;

test("QEMU's own lock keeps out who knows nothing of the other guest", async () => {
  await using home = await TestHome.make();
  const volume = { id: "data", owner: "urn:volume", sizeBytes: 2 ** 20, format: "raw" } as const;
  await home.driver.volumes.create(volume, never);
  const volumes = [{ volume: "data", path: "/data", readOnly: false }];
  await home.driver.apply(await home.spec({}, { volumes }), never);
  const blind = new QemuDriver({ home: home.directory });
  blind.guests = async () => [];
  const second = await home.spec({}, { volumes });
  await expect(blind.apply(second, never)).rejects.toThrow('Failed to get "write" lock');
});

test("a volume belongs to one driver", async () => {
  await using home = await TestHome.make();
  const { SandboxDriver } = await import("../../provider/src/drivers/sandbox/sandbox-driver.ts");
  const volume = { id: "data", owner: "urn:volume", sizeBytes: 2 ** 20, format: "raw" } as const;
  await home.driver.volumes.create(volume, never);
  const sandbox = new SandboxDriver({ home: home.directory });
  expect(await sandbox.volumes?.status("data")).toBeUndefined();
  await sandbox.volumes?.remove("data");
  expect(await home.driver.volumes.status("data")).toMatchObject({ sizeBytes: 2 ** 20 });
});

test("an id cannot lead out of the volumes' directory", async () => {
  await using home = await TestHome.make(join("a", "b"));
  const make = (id: string) =>
    home.driver.volumes.create({ id, owner: "urn", sizeBytes: 65_536, format: "raw" }, never);
  await expect(make("../x")).rejects.toThrow("cannot be a volume's id");
  expect(await home.driver.volumes.status("../x")).toBeUndefined();
});
