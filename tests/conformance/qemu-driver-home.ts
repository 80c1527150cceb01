// A home of its own for each test file, with whatever was started in it stopped at the end.
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuestSpec, PortForward } from "../../provider/src/drivers/driver.ts";
import { QemuDriver } from "../../provider/src/drivers/qemu/qemu-driver.ts";
import { type TinyGuest, tinyGuest } from "./qemu-driver-guest.ts";

export { freePort } from "../support/free-port.ts";

export class TestHome {
  readonly directory: string;
  readonly driver: QemuDriver;

  private constructor(directory: string) {
    this.directory = directory;
    this.driver = new QemuDriver({ home: directory });
  }

  /** `below` makes the path longer. */
  static async make(below = ""): Promise<TestHome> {
    const directory = join(await realpath(await mkdtemp(join(tmpdir(), "unikernel-test-"))), below);
    await mkdir(directory, { recursive: true });
    return new TestHome(directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ids = await readdir(join(this.directory, "guests")).catch(() => []);
    for (const id of ids) await this.driver.remove(id);
    await rm(this.directory, { recursive: true, force: true });
  }

  async image(guest: TinyGuest): Promise<string> {
    const path = join(this.directory, `image-${randomBytes(4).toString("hex")}`);
    await writeFile(path, tinyGuest(guest));
    return path;
  }

  async spec(guest: TinyGuest, changes: Partial<GuestSpec> = {}): Promise<GuestSpec> {
    return {
      id: `test-${randomBytes(4).toString("hex")}`,
      owner: "urn:test",
      digest: `sha256:${"0".repeat(64)}`,
      imagePath: await this.image(guest),
      memoryBytes: 16 * 2 ** 20,
      cpus: 1,
      ports: [],
      args: [],
      env: {},
      accelerator: "tcg",
      ...changes,
    };
  }
}

export function tcp(host: number, guest: number): PortForward {
  return { host, guest, protocol: "tcp", address: "127.0.0.1" };
}

/** Processes of a home's guests, by their working directory. */
export async function processesBelow(directory: string): Promise<number[]> {
  const { readlink } = await import("node:fs/promises");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: number[] = [];
  for (const pid of pids) {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    if (cwd.startsWith(`${directory}/`)) found.push(pid);
  }
  return found;
}
