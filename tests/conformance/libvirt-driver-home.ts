// What the suite of all drivers needs of libvirt: a driver, and guests with true digests.
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuestSpec } from "../../provider/src/drivers/driver.ts";
import {
  LibvirtDriver,
  type LibvirtDriverOptions,
} from "../../provider/src/drivers/libvirt/libvirt-driver.ts";
import type { DriverFixture } from "./driver-suite.ts";
import { type TinyGuest, tinyGuest } from "./qemu-driver-guest.ts";
import { tinyImage } from "./tiny-image.ts";

export class LibvirtHome implements DriverFixture {
  readonly directory: string;
  readonly driver: LibvirtDriver;

  readonly #isXen: boolean;

  private constructor(directory: string, driver: LibvirtDriver, isXen: boolean) {
    this.directory = directory;
    this.driver = driver;
    this.#isXen = isXen;
  }

  /** `session` is the directory of a daemon that serves a user. */
  static async make(
    uri: string,
    options: Partial<LibvirtDriverOptions> & { readonly session?: string } = {},
  ): Promise<LibvirtHome> {
    const { session, ...others } = options;
    const directory = await mkdtemp(join(tmpdir(), "unikernel-test-"));
    const home = session === undefined ? directory : join(session, "home");
    const driver = new LibvirtDriver({ uri, home, runtime: session, ...others });
    return new LibvirtHome(directory, driver, uri.startsWith("xen"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { id } of await this.driver.guests()) await this.driver.remove(id);
    await this.driver.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  async spec(guest: TinyGuest, changes: Partial<GuestSpec> = {}): Promise<GuestSpec> {
    const image = this.#isXen ? await tinyImage(guest, "xen") : tinyGuest(guest);
    const imagePath = join(this.directory, `image-${randomBytes(4).toString("hex")}`);
    await writeFile(imagePath, image);
    return {
      id: `test-${randomBytes(4).toString("hex")}`,
      owner: "urn:test",
      digest: `sha256:${createHash("sha256").update(image).digest("hex")}`,
      imagePath,
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
