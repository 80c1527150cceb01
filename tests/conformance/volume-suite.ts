// What every driver with volumes must do: through the driver alone, and through the resources Volume
// and Guest over it. The guest is a real one that counts its starts on its volumes (volume-app).
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, type TestContext, test } from "vitest";
import type { Driver, GuestSpec } from "../../provider/src/drivers/driver.ts";
import type { GuestVolume, VolumeFormat } from "../../provider/src/drivers/volume-driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { createGuest } from "../../provider/src/resources/guest.ts";
import { driverSelection } from "../../provider/src/resources/guest-driver-input.ts";
import { createVolume } from "../../provider/src/resources/volume.ts";
import type { PropertyMap } from "../../provider/src/values.ts";
import {
  buildImage,
  type Optimize,
  openStore,
  type Platform,
  planImage,
  type StoredImage,
} from "../../toolchain/src/index.ts";
import { silentContext } from "../faults/guest-resource.ts";

export interface VolumeFixture extends AsyncDisposable {
  readonly driver: Driver;
  readonly directory: string;
}

const never = new AbortController().signal;
const AGAINST_SLOW_MACHINES = { everyMs: 10, timeoutMs: 20_000 };
const MiB = 2 ** 20;
const URN = "urn:pulumi:dev::project::unikernel:index:";

/** `input` is how a program selects the driver; `copiesRunning`: volumes of guests that run, too. */
export function volumeSuite(
  input: PropertyMap[string],
  platform: Platform,
  formats: readonly VolumeFormat[],
  makeFixture: () => Promise<VolumeFixture>,
  copiesRunning = false,
): void {
  describe(`volumes of ${JSON.stringify(input)}`, () => {
    let fixture: VolumeFixture;
    beforeEach(async () => {
      fixture = await makeFixture();
    });
    afterEach(async () => {
      const { driver } = fixture;
      for (const { id } of await driver.guests()) await driver.remove(id);
      for (const { id } of await volumes().list()) await volumes().remove(id);
      await fixture[Symbol.asyncDispose]();
    });

    const volumes = () => {
      if (fixture.driver.volumes === undefined) throw new Error("the driver has no volumes");
      return fixture.driver.volumes;
    };
    async function needs(context: TestContext, format: VolumeFormat): Promise<void> {
      const problem = await volumes().formatProblem(format);
      if (problem !== null) context.skip(problem);
    }
    async function volume(format = formats[0] ?? "raw", sizeBytes = 8 * MiB): Promise<string> {
      const id = `test-volume-${randomBytes(4).toString("hex")}`;
      await volumes().create({ id, owner: "urn:volume", format, sizeBytes }, never);
      return id;
    }
    async function spec(
      attached: readonly GuestVolume[],
      changes: Partial<GuestSpec> = {},
    ): Promise<GuestSpec> {
      const { path, manifest } = await image(platform);
      return {
        id: `test-${randomBytes(4).toString("hex")}`,
        owner: "urn:test",
        digest: manifest.digest,
        imagePath: path,
        memoryBytes: 32 * MiB,
        cpus: 1,
        ports: [],
        args: attached.map((one) => one.path),
        env: {},
        accelerator: platform === "linux" ? "auto" : "tcg",
        volumes: attached,
        ...changes,
      };
    }
    const at = (id: string, more: Partial<GuestVolume> = {}): GuestVolume => ({
      volume: id,
      path: "/data",
      readOnly: false,
      ...more,
    });
    /** What the guest says once it is ready. */
    const ready = async (id: string): Promise<readonly string[]> => {
      const said = await poll(async () => {
        const lines = await fixture.driver.consoleTail(id, 50);
        return lines.includes("ready") ? lines : undefined;
      }, AGAINST_SLOW_MACHINES);
      return said ?? fixture.driver.consoleTail(id, 50);
    };

    test.for(formats)(
      "what was written to a %s disk survives the guest",
      async (format, context) => {
        await needs(context, format);
        const id = await volume(format);
        expect(await volumes().status(id)).toMatchObject({ format, sizeBytes: 8 * MiB });
        const first = await spec([at(id)]);
        await fixture.driver.apply(first, never);
        expect(await ready(first.id)).toContain("/data: start 1 of 8 MiB");
        await fixture.driver.remove(first.id);
        const next = await spec([at(id)]);
        await fixture.driver.apply(next, never);
        expect(await ready(next.id)).toContain("/data: start 2 of 8 MiB");
        expect(await fixture.driver.guests()).toMatchObject([{ volumes: [at(id)] }]);
        expect((await volumes().status(id))?.usedBytes).toBeGreaterThan(0);
      },
    );

    test("a guest has several volumes, each at its place", async () => {
      const [one, two] = [await volume(), await volume()];
      const guest = await spec([at(one), at(two, { path: "/var/log" })]);
      await fixture.driver.apply(guest, never);
      await ready(guest.id);
      await fixture.driver.stop(guest.id);
      const swapped = await spec([at(two), at(one, { path: "/var/log" })], { args: ["/var/log"] });
      await fixture.driver.apply(swapped, never);
      expect(await ready(swapped.id)).toContain("/var/log: start 2 of 8 MiB");
    });

    test("a volume is read only where it is to be", async () => {
      const id = await volume();
      const writer = await spec([at(id)]);
      await fixture.driver.apply(writer, never);
      await ready(writer.id);
      await fixture.driver.remove(writer.id);
      const reader = await spec([at(id, { readOnly: true })]);
      await fixture.driver.apply(reader, never);
      const said = (await ready(reader.id)).join("\n");
      expect(said).toContain("/data/starts: Read-only file system");
      expect(said).toContain("start 2 of");
      await fixture.driver.remove(reader.id);
      await fixture.driver.apply(writer, never);
      expect(await ready(writer.id)).toContain("/data: start 2 of 8 MiB");
    });

    test("a second guest is refused, by name, and the first goes on", async () => {
      const id = await volume();
      const first = await spec([at(id)]);
      const { startedAt } = await fixture.driver.apply(first, never);
      await ready(first.id);
      const second = await spec([at(id)], { owner: "urn:other" });
      await expect(fixture.driver.apply(second, never)).rejects.toThrow(
        `volumes[0]: the volume ${id} is attached to the guest ${first.id} (urn:test)`,
      );
      expect((await fixture.driver.status(second.id)).state).toBe("absent");
      expect(await fixture.driver.status(first.id)).toMatchObject({ state: "running", startedAt });
      await fixture.driver.remove(first.id);
      await fixture.driver.apply(second, never);
      expect(await ready(second.id)).toContain("/data: start 2 of 8 MiB");
    });

    test("after a crash the next guest has the volume, with what was synced", async () => {
      const id = await volume();
      const first = await spec([at(id)]);
      await fixture.driver.apply(first, never);
      await ready(first.id);
      await kill(first.id);
      await poll(async () => {
        const { state } = await fixture.driver.status(first.id);
        return state === "running" || state === "starting" ? undefined : state;
      }, AGAINST_SLOW_MACHINES);
      const second = await spec([at(id)], { owner: "urn:other" });
      await fixture.driver.apply(second, never);
      expect(await ready(second.id)).toContain("/data: start 2 of 8 MiB");
    });

    test.for(formats)(
      "a %s volume grows, attached or not; guests see it when they start",
      async (format, context) => {
        await needs(context, format);
        const id = await volume(format);
        const guest = await spec([at(id, { sizeBytes: 8 * MiB })]);
        const { startedAt } = await fixture.driver.apply(guest, never);
        await ready(guest.id);
        await volumes().grow(id, 24 * MiB, { guest: guest.id, device: "volume0" });
        expect((await volumes().status(id))?.sizeBytes).toBe(24 * MiB);
        expect((await fixture.driver.status(guest.id)).startedAt).toEqual(startedAt);
        const grown = { ...guest, volumes: [at(id, { sizeBytes: 24 * MiB })] };
        await fixture.driver.apply(grown, never);
        expect(await ready(guest.id)).toContain("/data: start 2 of 24 MiB");
        await fixture.driver.stop(guest.id);
        await volumes().grow(id, 40 * MiB, undefined);
        await volumes().grow(id, 40 * MiB, undefined);
        await fixture.driver.apply(guest, never);
        expect(await ready(guest.id)).toContain("/data: start 3 of 40 MiB");
      },
    );

    test("a volume starts from another one", async () => {
      const id = await volume();
      const guest = await spec([at(id)]);
      await fixture.driver.apply(guest, never);
      await ready(guest.id);
      await fixture.driver.remove(guest.id);
      for (const format of formats) {
        if ((await volumes().formatProblem(format)) !== null) continue;
        const copy = `copy-${randomBytes(4).toString("hex")}`;
        const sizeBytes = 16 * MiB;
        const source = { volume: id };
        await volumes().create({ id: copy, owner: "urn:copy", format, sizeBytes, source }, never);
        const next = await spec([at(copy)]);
        await fixture.driver.apply(next, never);
        expect(await ready(next.id)).toContain("/data: start 2 of 16 MiB");
      }
    });

    test("a copy of what a running guest has is as it was at one moment, or refused", async () => {
      const id = await volume();
      const guest = await spec([at(id)]);
      const { startedAt } = await fixture.driver.apply(guest, never);
      await ready(guest.id);
      const attached = { guest: guest.id, device: "volume0" };
      for (const format of formats) {
        if ((await volumes().formatProblem(format)) !== null) continue;
        const copy = `copy-${randomBytes(4).toString("hex")}`;
        const asked = { id: copy, owner: "urn:copy", format, sizeBytes: 16 * MiB };
        const made = volumes().create({ ...asked, source: { volume: id, attached } }, never);
        if (!copiesRunning) {
          await expect(made).rejects.toThrow(`${id} is attached to the guest ${guest.id}`);
          await volumes().remove(copy);
          continue;
        }
        await made;
        const next = await spec([at(copy)]);
        await fixture.driver.apply(next, never);
        expect(await ready(next.id)).toContain("/data: start 2 of 16 MiB");
      }
      expect(await fixture.driver.status(guest.id)).toMatchObject({ state: "running", startedAt });
    });

    test("removing what is not there succeeds", async () => {
      await volumes().remove("never-was");
      const id = await volume();
      await volumes().remove(id);
      await volumes().remove(id);
      expect(await volumes().status(id)).toBeUndefined();
      expect(await volumes().list()).toEqual([]);
    });

    describe("as resources", () => {
      const elsewhere = { unavailable: async () => "it is not here" } as unknown as Driver;
      const machine = () => ({
        driver: async ({ name }: { readonly name: string }) =>
          name === driverSelection(input).name ? fixture.driver : elsewhere,
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
        const { digest } = (await image(platform, optimize)).manifest;
        const asked = {
          image: digest,
          driver: input,
          args: ["/data"],
          volumes: [{ volume: id, path: "/data" }],
          healthCheck: { console: "ready", retries: 10 },
          ...(platform === "linux" ? {} : { accelerator: "tcg" }),
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
        expect(await ready(successor.id)).toContain("/data: start 2 of 8 MiB");
        expect((await fixture.driver.status(first.id)).state).not.toBe("running");
        await guests().delete(context("Guest::web"), {
          id: first.id,
          state: first.state,
          timeoutSeconds: 0,
        });
        expect((await fixture.driver.status(successor.id)).state).toBe("running");
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
        expect(await ready(first.id)).toContain("/data: start 3 of 8 MiB");
        expect(await fixture.driver.configuration(first.id)).toMatchObject({
          args: ["/data"],
          env: { KEY: "hush" },
        });
        expect(await fixture.driver.guests()).toHaveLength(1);
      });

      test("a replacement that was cut short is repeated, wherever that was", async () => {
        const { id } = await makeVolume();
        const { inputs } = await guestInputs(id);
        const first = await startGuest(inputs);
        await ready(first.id);
        await fixture.driver.stop(first.id);
        // Its successor has started, and nobody has waited for it.
        const owner = `${URN}Guest::web of /program`;
        const unfinished = await spec([at(id)], { owner });
        await fixture.driver.apply(unfinished, never);
        await ready(unfinished.id);
        const successor = await startGuest(inputs);
        expect(await ready(successor.id)).toContain("/data: start 3 of 8 MiB");
        expect((await fixture.driver.guests()).map((guest) => guest.id)).toEqual([successor.id]);
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
        await fixture.driver.remove(first.id);
        expect(await volumes().status(id)).toBeDefined();
        await end({ deletionProtection: false });
        expect(await volumes().list()).toEqual([]);
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
        expect((await volumes().status(id))?.sizeBytes).toBe(16 * MiB);
        await volumes().remove(id);
        expect(await disks().read(context("Volume::data"), { id, inputs, state })).toBeNull();
      });

      test("what an interrupted creation left is removed, nothing else", async () => {
        const kept = await makeVolume();
        const { inputs } = await guestInputs(kept.id);
        const guest = await startGuest(inputs);
        await fixture.driver.remove(guest.id);
        const forgotten = await makeVolume({ deletionProtection: false });
        const next = await makeVolume();
        const left = (await volumes().list()).map(({ id }) => id).sort();
        expect(left).toEqual([kept.id, next.id].sort());
        expect(left).not.toContain(forgotten.id);
      });
    });
  });
}

async function image(platform: Platform, optimize: Optimize = "speed"): Promise<StoredImage> {
  const plan = await planImage({
    app: fileURLToPath(new URL("volume-app", import.meta.url)),
    libraries: ["volumes"],
    options: {},
    optimize,
    platform,
    architecture: "x86_64",
  });
  return buildImage(plan, openStore());
}

/** The guest's process dies at once; who waits for it does not. */
async function kill(guest: string): Promise<void> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(join("/proc", pid, "cmdline"), "utf8").catch(() => "");
    const args = line.split("\0");
    const isGuest = args.some((arg) => arg === guest || arg.startsWith(`guest=${guest}`));
    if (!isGuest || args[1] === "-c") continue;
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
