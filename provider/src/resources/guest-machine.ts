// What a Guest needs of this machine: the store's images and the drivers; behind an interface, so
// that its tests choose their own.

import { join } from "node:path";
import type { StoredImage } from "@pulumi-unikernel/toolchain";
import type { Driver } from "../drivers/driver.ts";
import { type GuestImages, KeepingDriver } from "../drivers/keeping-driver.ts";

export const DRIVER_NAMES = ["qemu", "sandbox"] as const;

export interface GuestImage extends Pick<StoredImage, "path" | "symbolsPath"> {
  readonly manifest?: Pick<StoredImage["manifest"], "platform">;
}

/** Why a driver cannot run images of this platform, or null. */
export function platformProblem(driver: string, platform: string | undefined): string | null {
  const runs = driver === "sandbox" ? "linux" : "kvm";
  if (platform === undefined || platform === runs) return null;
  return `was built for the platform "${platform}", and the driver "${driver}" runs images of the platform "${runs}"; change one of the two`;
}

export interface GuestMachine {
  /** The image with this digest, if this machine's store has it intact. */
  image(digest: string): Promise<GuestImage | undefined>;
  driver(name: string): Promise<Driver>;
  /** The Pulumi program's directory. Two copies of a program may have equal URNs: whom a guest
   * belongs to is said by both. */
  readonly programDirectory: string;
}

/** The real one; its modules are loaded at first use. */
export const machine: GuestMachine = {
  image: async (digest) => (await import("@pulumi-unikernel/toolchain")).openStore().image(digest),
  async driver(name) {
    const { homeDirectory } = await import("@pulumi-unikernel/toolchain");
    const home = homeDirectory();
    return new KeepingDriver(await makeDriver(name, home), imagesOfGuests(home));
  },
  programDirectory: process.cwd(),
};

async function makeDriver(name: string, home: string): Promise<Driver> {
  switch (name) {
    case "qemu": {
      const { QemuDriver } = await import("../drivers/qemu/qemu-driver.ts");
      return new QemuDriver({ home });
    }
    case "sandbox": {
      const { SandboxDriver } = await import("../drivers/sandbox/sandbox-driver.ts");
      return new SandboxDriver({ home });
    }
    default: {
      const known = DRIVER_NAMES.map((each) => `"${each}"`).join(" and ");
      throw new Error(`there is no driver "${name}"; there are ${known}`);
    }
  }
}

/** Kept as long as the guest's directory is there, should its removal be cut short. */
export function imagesOfGuests(home: string): GuestImages {
  const load = () => import("@pulumi-unikernel/toolchain");
  const directory = (id: string) => join(home, "guests", id);
  const owner = (id: string) => `the guest ${directory(id)}`;
  return {
    async keep(id, digest) {
      const { keepImage, openStore } = await load();
      await keepImage(openStore(), { digest, owner: owner(id), while: directory(id) });
    },
    async release(id) {
      const { openStore, releaseImage } = await load();
      releaseImage(openStore(), owner(id));
    },
  };
}
