// Volumes of the sandbox driver: what every driver must do, and the lock that the tender holds.
import { expect, test } from "vitest";
import { SandboxDriver } from "../../provider/src/drivers/sandbox/sandbox-driver.ts";
import { SandboxHome } from "./sandbox-driver-home.ts";
import { volumeSuite } from "./volume-suite.ts";

volumeSuite("sandbox", "linux", ["raw"], () => SandboxHome.make());

const never = new AbortController().signal;

test("the tender's own lock keeps out who knows nothing of the other guest", async () => {
  await using home = await SandboxHome.make();
  const volume = { id: "data", owner: "urn:volume", sizeBytes: 2 ** 20, format: "raw" } as const;
  await home.driver.volumes.create(volume, never);
  const volumes = [{ volume: "data", path: "/data", readOnly: false }];
  await home.driver.apply(await home.spec({}, { volumes }), never);
  const blind = new SandboxDriver({ home: home.directory });
  blind.guests = async () => [];
  const second = await home.spec({}, { volumes });
  await expect(blind.apply(second, never)).rejects.toThrow("in use by another guest");
});

test("its disks are raw", async () => {
  await using home = await SandboxHome.make();
  expect(await home.driver.volumes.formatProblem("raw")).toBeNull();
  expect(await home.driver.volumes.formatProblem("qcow2")).toContain('use "raw"');
});
