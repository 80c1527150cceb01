// What tests of volumes work with: a driver, and guests that count their starts on their volumes
// (volume-app).
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Driver, GuestSpec } from "../../provider/src/drivers/driver.ts";
import type { GuestVolume, VolumeDriver } from "../../provider/src/drivers/volume-driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import {
  buildImage,
  type Optimize,
  openStore,
  type Platform,
  planImage,
  type StoredImage,
} from "../../toolchain/src/index.ts";

export interface VolumeFixture extends AsyncDisposable {
  readonly driver: Driver;
  readonly directory: string;
}

export const never = new AbortController().signal;
export const AGAINST_SLOW_MACHINES = { everyMs: 10, timeoutMs: 20_000 };
export const MiB = 2 ** 20;

export class VolumeBench implements AsyncDisposable {
  readonly driver: Driver;
  readonly volumes: VolumeDriver;
  readonly platform: Platform;
  readonly #fixture: VolumeFixture;

  constructor(fixture: VolumeFixture, platform: Platform) {
    const { driver } = fixture;
    if (driver.volumes === undefined) throw new Error("the driver has no volumes");
    this.#fixture = fixture;
    this.driver = driver;
    this.volumes = driver.volumes;
    this.platform = platform;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { id } of await this.driver.guests()) await this.driver.remove(id);
    for (const { id } of await this.volumes.list()) await this.volumes.remove(id);
    await this.#fixture[Symbol.asyncDispose]();
  }

  async spec(
    attached: readonly GuestVolume[],
    changes: Partial<GuestSpec> = {},
  ): Promise<GuestSpec> {
    const { path, manifest } = await this.image();
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
      accelerator: this.platform === "kvm" ? "tcg" : "auto",
      volumes: attached,
      ...changes,
    };
  }

  /** What the guest says once it is ready. */
  async ready(id: string): Promise<readonly string[]> {
    const said = await poll(async () => {
      const lines = await this.driver.consoleTail(id, 50);
      return lines.includes("ready") ? lines : undefined;
    }, AGAINST_SLOW_MACHINES);
    return said ?? this.driver.consoleTail(id, 50);
  }

  async image(optimize: Optimize = "speed"): Promise<StoredImage> {
    const plan = await planImage({
      app: fileURLToPath(new URL("volume-app", import.meta.url)),
      libraries: ["volumes"],
      options: {},
      optimize,
      platform: this.platform,
      architecture: "x86_64",
    });
    return buildImage(plan, openStore());
  }
}

/** A volume of a guest, at /data unless told otherwise. */
export function at(volume: string, more: Partial<GuestVolume> = {}): GuestVolume {
  return { volume, path: "/data", readOnly: false, ...more };
}

/** The guest's process dies at once; who waits for it does not. */
export async function kill(guest: string): Promise<void> {
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
