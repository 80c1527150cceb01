// What a Guest needs of this machine: the store's images and the drivers; behind an interface, so
// that its tests choose their own.
import type { StoredImage } from "@pulumi-unikernel/toolchain";
import type { Driver } from "../drivers/driver.ts";

export const DRIVER_NAMES = ["qemu"] as const;

export interface GuestMachine {
  /** The image with this digest, if this machine's store has it intact. */
  image(digest: string): Promise<Pick<StoredImage, "path" | "symbolsPath"> | undefined>;
  driver(name: string): Promise<Driver>;
  /** The Pulumi program's directory. Two copies of a program may have equal URNs: whom a guest
   * belongs to is said by both. */
  readonly programDirectory: string;
}

/** The real one; its modules are loaded at first use. */
export const machine: GuestMachine = {
  image: async (digest) => (await import("@pulumi-unikernel/toolchain")).openStore().image(digest),
  async driver(name) {
    if (name !== "qemu") throw new Error(`there is no driver "${name}"; there is "qemu"`);
    const { homeDirectory } = await import("@pulumi-unikernel/toolchain");
    const { QemuDriver } = await import("../drivers/qemu/qemu-driver.ts");
    return new QemuDriver({ home: homeDirectory() });
  },
  programDirectory: process.cwd(),
};
