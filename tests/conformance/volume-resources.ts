// The resources Volume and Guest over a driver with volumes: replacement, protection, import. A part
// of volume-suite.ts.
import { describe, expect, test } from "vitest";
import type { Driver } from "../../provider/src/drivers/driver.ts";
import { createGuest } from "../../provider/src/resources/guest.ts";
import { driverSelection } from "../../provider/src/resources/guest-driver-input.ts";
import { createVolume } from "../../provider/src/resources/volume.ts";
import type { PropertyMap } from "../../provider/src/values.ts";
import { type Optimize, openStore } from "../../toolchain/src/index.ts";
import { silentContext } from "../faults/guest-resource.ts";
import { at, MiB, never, type VolumeBench } from "./volume-bench.ts";

const URN = "urn:pulumi:dev::project::unikernel:index:";

/** `input` is how a program selects the driver. */
export function volumeResources(input: PropertyMap[string], bench: () => VolumeBench): void {
  describe("as resources", () => {
    const elsewhere = { unavailable: async () => "it is not here" } as unknown as Driver;
    const machine = () => ({
      driver: async ({ name }: { readonly name: string }) =>
        name === driverSelection(input).name ? bench().driver : elsewhere,
      image: (digest: string) => openStore().image(digest),
      programDirectory: "/program",
    });
    const context = (name: string) => silentContext(never, `${URN}${name}`);
    const guests = () => createGuest(machine());
    const disks = () => createVolume(machine());
    const request = (news: PropertyMap, olds: PropertyMap = {}) => ({
      olds,
      news,
      randomSeed: new Uint8Array(),
    });
    const create = { preview: false, timeoutSeconds: 0 };

    async function makeVolume(news: PropertyMap = {}) {
      const resource = disks();
      const asked = request({ size: "8MiB", driver: input, ...news });
      const { inputs, failures } = await resource.check(context("Volume::data"), asked);
      expect(failures).toEqual([]);
      const made = await resource.create(context("Volume::data"), { inputs, ...create });
      return { inputs, ...made };
    }
    async function guestInputs(id: string, news: PropertyMap = {}, optimize?: Optimize) {
      const { digest } = (await bench().image(optimize)).manifest;
      const asked = {
        image: digest,
        driver: input,
        args: ["/data"],
        volumes: [{ volume: id, path: "/data" }],
        healthCheck: { console: "ready", retries: 10 },
        ...(bench().platform === "kvm" ? { accelerator: "tcg" } : {}),
        ...news,
      };
      return guests().check(context("Guest::web"), request(asked));
    }
    const startGuest = async (inputs: PropertyMap) =>
      guests().create(context("Guest::web"), { inputs, ...create });

    test("a guest with another image takes over the volume", async () => {
      const { id } = await makeVolume();
      const { inputs } = await guestInputs(id);
      const first = await startGuest(inputs);
      const second = await guestInputs(id, {}, "size");
      expect(second.failures).toEqual([]);
      const successor = await startGuest(second.inputs);
      expect(await bench().ready(successor.id)).toContain("/data: start 2 of 8 MiB");
      expect((await bench().driver.status(first.id)).state).not.toBe("running");
      await guests().delete(context("Guest::web"), {
        id: first.id,
        state: first.state,
        timeoutSeconds: 0,
      });
      expect((await bench().driver.status(successor.id)).state).toBe("running");
    });

    test("a successor that fails gives the volume back, and the old guest runs again", async () => {
      const { id } = await makeVolume();
      const { inputs } = await guestInputs(id, { env: { KEY: "hush" } });
      const first = await startGuest(inputs);
      const broken = await guestInputs(id, { args: ["fail", "/data"] }, "size");
      const failure = startGuest(broken.inputs);
      await expect(failure).rejects.toThrow("failing");
      await expect(failure).rejects.toThrow(`The guest ${first.id} runs again as before.`);
      // It has counted, and so has the one that failed.
      expect(await bench().ready(first.id)).toContain("/data: start 3 of 8 MiB");
      expect(await bench().driver.configuration(first.id)).toMatchObject({
        args: ["/data"],
        env: { KEY: "hush" },
      });
      expect(await bench().driver.guests()).toHaveLength(1);
    });

    test("a replacement that was cut short is repeated, wherever that was", async () => {
      const { id } = await makeVolume();
      const { inputs } = await guestInputs(id);
      const first = await startGuest(inputs);
      await bench().ready(first.id);
      await bench().driver.stop(first.id);
      // Its successor has started, and nobody has waited for it.
      const owner = `${URN}Guest::web of /program`;
      const unfinished = await bench().spec([at(id)], { owner });
      await bench().driver.apply(unfinished, never);
      await bench().ready(unfinished.id);
      const successor = await startGuest(inputs);
      expect(await bench().ready(successor.id)).toContain("/data: start 3 of 8 MiB");
      expect((await bench().driver.guests()).map((guest) => guest.id)).toEqual([successor.id]);
    });

    test("what a guest of another resource has is refused by Check", async () => {
      const { id } = await makeVolume();
      const { inputs } = await guestInputs(id);
      const first = await startGuest(inputs);
      const { failures } = await guests().check(context("Guest::other"), request(inputs));
      expect(failures).toEqual([
        {
          property: "volumes[0].volume",
          reason: expect.stringContaining(`is attached to the guest ${first.id}`),
        },
      ]);
    });

    test("a volume that is not there is refused by Check", async () => {
      const { failures } = await guestInputs("never-was");
      expect(failures).toEqual([
        {
          property: "volumes[0].volume",
          reason: expect.stringContaining('there is no volume "never-was"'),
        },
      ]);
    });

    test("a protected volume is not deleted, an attached one neither", async () => {
      const { id, state } = await makeVolume();
      const end = (changes: PropertyMap = {}) =>
        disks().delete(context("Volume::data"), {
          id,
          state: { ...state, ...changes },
          timeoutSeconds: 0,
        });
      await expect(end()).rejects.toThrow("set deletionProtection: false");
      const { inputs } = await guestInputs(id);
      const first = await startGuest(inputs);
      await expect(end({ deletionProtection: false })).rejects.toThrow(
        `is attached to the guest ${first.id}`,
      );
      await bench().driver.remove(first.id);
      expect(await bench().volumes.status(id)).toBeDefined();
      await end({ deletionProtection: false });
      expect(await bench().volumes.list()).toEqual([]);
      await end();
    });

    test("a volume is found again, and grown in place", async () => {
      const { id, inputs, state } = await makeVolume();
      const found = await disks().read(context("Volume::data"), { id, inputs, state });
      expect(found?.inputs).toEqual(inputs);
      const imported = await disks().read(context("Volume::data"), { id, inputs: {}, state: {} });
      expect(imported?.inputs).toEqual(inputs);
      const { inputs: news } = await disks().check(
        context("Volume::data"),
        request({ ...inputs, size: "16MiB" }, inputs),
      );
      const update = { id, olds: inputs, state, news, ...create };
      const grown = await disks().update(context("Volume::data"), update);
      expect(grown).toMatchObject({ size: "16MiB", sizeBytes: 16 * MiB });
      expect((await bench().volumes.status(id))?.sizeBytes).toBe(16 * MiB);
      await bench().volumes.remove(id);
      expect(await disks().read(context("Volume::data"), { id, inputs, state })).toBeNull();
    });

    test("what an interrupted creation left is removed, nothing else", async () => {
      const kept = await makeVolume();
      const { inputs } = await guestInputs(kept.id);
      const guest = await startGuest(inputs);
      await bench().driver.remove(guest.id);
      // The engine may not have learned of it, but it holds something.
      const copy = await makeVolume({ source: kept.id });
      const forgotten = await makeVolume({ deletionProtection: false });
      const next = await makeVolume();
      const left = (await bench().volumes.list()).map(({ id }) => id).sort();
      expect(left).toEqual([kept.id, copy.id, next.id].sort());
      expect(left).not.toContain(forgotten.id);
    });
  });
}
