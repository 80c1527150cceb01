// What every driver with volumes must do: through the driver alone, and through the resources Volume
// and Guest over it.
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, type TestContext, test } from "vitest";
import type { VolumeFormat } from "../../provider/src/drivers/volume-driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import type { PropertyMap } from "../../provider/src/values.ts";
import type { Platform } from "../../toolchain/src/index.ts";
import {
  AGAINST_SLOW_MACHINES,
  at,
  kill,
  MiB,
  never,
  VolumeBench,
  type VolumeFixture,
} from "./volume-bench.ts";
import { volumeResources } from "./volume-resources.ts";

/** `input` is how a program selects the driver; `copiesRunning`: volumes of guests that run, too;
 * `die`: ends a guest at once, where it is no process of this machine. */
export function volumeSuite(
  input: PropertyMap[string],
  platform: Platform,
  formats: readonly VolumeFormat[],
  makeFixture: () => Promise<VolumeFixture>,
  options: {
    readonly copiesRunning?: boolean;
    /** Not with the resources as well. */
    readonly isAlone?: boolean;
    readonly die?: (guest: string) => Promise<void>;
  } = {},
): void {
  const { copiesRunning = false, die = kill, isAlone = false } = options;
  describe(`volumes of ${JSON.stringify(input)}`, () => {
    let bench: VolumeBench;
    beforeEach(async () => {
      bench = new VolumeBench(await makeFixture(), platform);
    });
    afterEach(() => bench[Symbol.asyncDispose]());

    async function needs(context: TestContext, format: VolumeFormat): Promise<void> {
      const problem = await bench.volumes.formatProblem(format);
      if (problem !== null) context.skip(problem);
    }
    async function volume(format = formats[0] ?? "raw", sizeBytes = 8 * MiB): Promise<string> {
      const id = `test-volume-${randomBytes(4).toString("hex")}`;
      await bench.volumes.create({ id, owner: "urn:volume", format, sizeBytes }, never);
      return id;
    }

    test.for(formats)(
      "what was written to a %s disk survives the guest",
      async (format, context) => {
        await needs(context, format);
        const id = await volume(format);
        expect(await bench.volumes.status(id)).toMatchObject({ format, sizeBytes: 8 * MiB });
        const first = await bench.spec([at(id)]);
        await bench.driver.apply(first, never);
        expect(await bench.ready(first.id)).toContain("/data: start 1 of 8 MiB");
        await bench.driver.remove(first.id);
        const next = await bench.spec([at(id)]);
        await bench.driver.apply(next, never);
        expect(await bench.ready(next.id)).toContain("/data: start 2 of 8 MiB");
        expect(await bench.driver.guests()).toMatchObject([{ volumes: [at(id)] }]);
        expect((await bench.volumes.status(id))?.usedBytes).toBeGreaterThan(0);
      },
    );

    test("a guest has several volumes, each at its place", async () => {
      const [one, two] = [await volume(), await volume()];
      const guest = await bench.spec([at(one), at(two, { path: "/var/log" })]);
      await bench.driver.apply(guest, never);
      await bench.ready(guest.id);
      await bench.driver.stop(guest.id);
      const swapped = await bench.spec([at(two), at(one, { path: "/var/log" })], {
        args: ["/var/log"],
      });
      await bench.driver.apply(swapped, never);
      expect(await bench.ready(swapped.id)).toContain("/var/log: start 2 of 8 MiB");
    });

    test("a guest that waits to be started again keeps its volume", async (context) => {
      const { processOf } = bench.driver;
      if (processOf === undefined) return context.skip("this driver starts no guest again");
      const id = await volume();
      const restart = { when: "always", backoffMs: 60_000 } as const;
      const waiting = await bench.spec([at(id)], { lifecycle: { shutdownTimeoutMs: 0, restart } });
      await bench.driver.apply(waiting, never);
      await bench.ready(waiting.id);
      process.kill((await processOf.call(bench.driver, waiting.id))?.pid ?? Number.NaN, "SIGKILL");
      const waits = async () => (await bench.driver.status(waiting.id)).state === "starting";
      expect(await poll(async () => (await waits()) || undefined, AGAINST_SLOW_MACHINES)).toBe(
        true,
      );
      const other = await bench.spec([at(id)]);
      await expect(bench.driver.apply(other, never)).rejects.toThrow(
        `is attached to the guest ${waiting.id}`,
      );
      await bench.driver.stop(waiting.id);
      await bench.driver.apply(other, never);
      expect(await bench.ready(other.id)).toContain("/data: start 2 of 8 MiB");
    });

    test("a volume is read only where it is to be", async () => {
      const id = await volume();
      const writer = await bench.spec([at(id)]);
      await bench.driver.apply(writer, never);
      await bench.ready(writer.id);
      await bench.driver.remove(writer.id);
      const reader = await bench.spec([at(id, { readOnly: true })]);
      await bench.driver.apply(reader, never);
      const said = (await bench.ready(reader.id)).join("\n");
      expect(said).toContain("/data/starts: Read-only file system");
      expect(said).toContain("start 2 of");
      await bench.driver.remove(reader.id);
      await bench.driver.apply(writer, never);
      expect(await bench.ready(writer.id)).toContain("/data: start 2 of 8 MiB");
    });

    test("a second guest is refused, by name, and the first goes on", async () => {
      const id = await volume();
      const first = await bench.spec([at(id)]);
      const { startedAt } = await bench.driver.apply(first, never);
      await bench.ready(first.id);
      const second = await bench.spec([at(id)], { owner: "urn:other" });
      await expect(bench.driver.apply(second, never)).rejects.toThrow(
        `volumes[0]: the volume ${id} is attached to the guest ${first.id} (urn:test)`,
      );
      expect((await bench.driver.status(second.id)).state).toBe("absent");
      expect(await bench.driver.status(first.id)).toMatchObject({ state: "running", startedAt });
      await bench.driver.remove(first.id);
      await bench.driver.apply(second, never);
      expect(await bench.ready(second.id)).toContain("/data: start 2 of 8 MiB");
    });

    test("after a crash the next guest has the volume, with what was synced", async () => {
      const id = await volume();
      const first = await bench.spec([at(id)]);
      await bench.driver.apply(first, never);
      await bench.ready(first.id);
      await die(first.id);
      await poll(async () => {
        const { state } = await bench.driver.status(first.id);
        return state === "running" || state === "starting" ? undefined : state;
      }, AGAINST_SLOW_MACHINES);
      const second = await bench.spec([at(id)], { owner: "urn:other" });
      await bench.driver.apply(second, never);
      expect(await bench.ready(second.id)).toContain("/data: start 2 of 8 MiB");
    });

    test.for(formats)(
      "a %s volume grows, attached or not; guests see it when they start",
      async (format, context) => {
        await needs(context, format);
        const id = await volume(format);
        const guest = await bench.spec([at(id, { sizeBytes: 8 * MiB })]);
        const { startedAt } = await bench.driver.apply(guest, never);
        await bench.ready(guest.id);
        await bench.volumes.grow(id, 24 * MiB, { guest: guest.id, device: "volume0" });
        expect((await bench.volumes.status(id))?.sizeBytes).toBe(24 * MiB);
        expect((await bench.driver.status(guest.id)).startedAt).toEqual(startedAt);
        const grown = { ...guest, volumes: [at(id, { sizeBytes: 24 * MiB })] };
        await bench.driver.apply(grown, never);
        expect(await bench.ready(guest.id)).toContain("/data: start 2 of 24 MiB");
        await bench.driver.stop(guest.id);
        await bench.volumes.grow(id, 40 * MiB, undefined);
        await bench.volumes.grow(id, 40 * MiB, undefined);
        await bench.driver.apply(guest, never);
        expect(await bench.ready(guest.id)).toContain("/data: start 3 of 40 MiB");
      },
    );

    test("a volume starts from another one", async () => {
      const id = await volume();
      const guest = await bench.spec([at(id)]);
      await bench.driver.apply(guest, never);
      await bench.ready(guest.id);
      await bench.driver.remove(guest.id);
      for (const format of formats) {
        if ((await bench.volumes.formatProblem(format)) !== null) continue;
        const copy = `copy-${randomBytes(4).toString("hex")}`;
        const sizeBytes = 16 * MiB;
        const source = { volume: id };
        await bench.volumes.create(
          { id: copy, owner: "urn:copy", format, sizeBytes, source },
          never,
        );
        const next = await bench.spec([at(copy)]);
        await bench.driver.apply(next, never);
        expect(await bench.ready(next.id)).toContain("/data: start 2 of 16 MiB");
      }
    });

    test("a copy of what a running guest has is as it was at one moment, or refused", async () => {
      const id = await volume();
      const guest = await bench.spec([at(id)]);
      const { startedAt } = await bench.driver.apply(guest, never);
      await bench.ready(guest.id);
      const attached = { guest: guest.id, device: "volume0" };
      for (const format of formats) {
        if ((await bench.volumes.formatProblem(format)) !== null) continue;
        const copy = `copy-${randomBytes(4).toString("hex")}`;
        const asked = { id: copy, owner: "urn:copy", format, sizeBytes: 16 * MiB };
        const made = bench.volumes.create({ ...asked, source: { volume: id, attached } }, never);
        if (!copiesRunning) {
          await expect(made).rejects.toThrow(`${id} is attached to the guest ${guest.id}`);
          await bench.volumes.remove(copy);
          continue;
        }
        await made;
        const next = await bench.spec([at(copy)]);
        await bench.driver.apply(next, never);
        expect(await bench.ready(next.id)).toContain("/data: start 2 of 16 MiB");
      }
      expect(await bench.driver.status(guest.id)).toMatchObject({ state: "running", startedAt });
    });

    test("removing what is not there succeeds", async () => {
      await bench.volumes.remove("never-was");
      const id = await volume();
      await bench.volumes.remove(id);
      await bench.volumes.remove(id);
      expect(await bench.volumes.status(id)).toBeUndefined();
      expect(await bench.volumes.list()).toEqual([]);
    });

    if (!isAlone) volumeResources(input, () => bench);
  });
}
