// A home of its own for each test of the sandbox driver, with whatever was started in it stopped
// at the end.
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuestSpec } from "../../provider/src/drivers/driver.ts";
import { SandboxDriver, type Step } from "../../provider/src/drivers/sandbox/sandbox-driver.ts";
import type { TinyGuest } from "./qemu-driver-guest.ts";
import { tinyImage } from "./tiny-image.ts";

export class SandboxHome {
  readonly directory: string;
  readonly driver: SandboxDriver;

  private constructor(directory: string) {
    this.directory = directory;
    this.driver = new SandboxDriver({ home: directory });
  }

  static async make(): Promise<SandboxHome> {
    return new SandboxHome(await realpath(await mkdtemp(join(tmpdir(), "unikernel-test-"))));
  }

  driverThatDies(at: Step): SandboxDriver {
    const onStep = (step: Step) => {
      if (step === at) throw new Error(`died at ${at}`);
    };
    return new SandboxDriver({ home: this.directory, onStep });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ids = await readdir(join(this.directory, "guests")).catch(() => []);
    for (const id of ids) await this.driver.remove(id);
    await rm(this.directory, { recursive: true, force: true });
  }

  async spec(guest: TinyGuest, changes: Partial<GuestSpec> = {}): Promise<GuestSpec> {
    const imagePath = join(this.directory, `image-${randomBytes(4).toString("hex")}`);
    await writeFile(imagePath, await tinyImage(guest, "linux"));
    return {
      id: `test-${randomBytes(4).toString("hex")}`,
      owner: "urn:test",
      digest: `sha256:${"0".repeat(64)}`,
      imagePath,
      memoryBytes: 16 * 2 ** 20,
      cpus: 1,
      ports: [],
      args: [],
      env: {},
      accelerator: "auto",
      ...changes,
    };
  }
}
