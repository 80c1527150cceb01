// What a Guest needs of this machine: the store's images and the drivers; behind an interface, so
// that its tests choose their own.

import { join } from "node:path";
import type { StoredImage } from "@pulumi-unikernel/toolchain";
import type { Driver } from "../drivers/driver.ts";
import { type GuestImages, KeepingDriver } from "../drivers/keeping-driver.ts";
import type { LibvirtDriverOptions } from "../drivers/libvirt/libvirt-driver.ts";
import type { PropertyMap } from "../values.ts";
import { type DriverSelection, driverSelection, isXen } from "./guest-driver-input.ts";
import type { CheckFailure } from "./resource.ts";

export const DRIVER_NAMES = ["qemu", "libvirt", "sandbox"] as const;

export interface GuestImage extends Pick<StoredImage, "path" | "symbolsPath"> {
  readonly manifest?: Pick<StoredImage["manifest"], "platform"> &
    Partial<Pick<StoredImage["manifest"], "libraries">>;
}

/** Why a driver cannot run images of this platform, or null. */
export function platformProblem(
  selection: DriverSelection,
  platform: string | undefined,
): string | null {
  const { name, uri } = selection;
  const runs = name === "sandbox" ? "linux" : isXen(selection) ? "xen" : "kvm";
  if (platform === undefined || platform === runs) return null;
  const where = runs === "xen" ? ` at ${uri}` : "";
  return `was built for the platform "${platform}", and the driver "${name}"${where} runs images of the platform "${runs}"; change one of the two`;
}

export interface GuestMachine {
  /** The image with this digest, if this machine's store has it intact. */
  image(digest: string): Promise<GuestImage | undefined>;
  driver(selection: DriverSelection): Promise<Driver>;
  /** The Pulumi program's directory. Two copies of a program may have equal URNs: whom a guest
   * belongs to is said by both. */
  readonly programDirectory: string;
}

/** The driver that inputs name and their image, as far as it is known; or why the two cannot run
 * here. */
export async function driverAndImage(
  machine: GuestMachine,
  plain: PropertyMap,
): Promise<{ readonly driver: Driver; readonly image: GuestImage | undefined } | CheckFailure> {
  const selection = driverSelection(plain.driver);
  const driver = await machine.driver(selection);
  const unavailable = await driver.unavailable();
  if (unavailable !== null) return { property: "driver", reason: unavailable };
  const image = typeof plain.image === "string" ? await machine.image(plain.image) : undefined;
  const problem = platformProblem(selection, image?.manifest?.platform);
  return problem === null ? { driver, image } : { property: "image", reason: problem };
}

/** The real one; its modules are loaded at first use. */
export const machine: GuestMachine = {
  image: async (digest) => (await import("@pulumi-unikernel/toolchain")).openStore().image(digest),
  async driver({ name, uri = "", network, bridge, place }) {
    const { homeDirectory } = await import("@pulumi-unikernel/toolchain");
    const home = homeDirectory();
    switch (name) {
      case "qemu": {
        const { QemuDriver } = await import("../drivers/qemu/qemu-driver.ts");
        return new KeepingDriver(new QemuDriver({ home }), imagesOfGuests(home));
      }
      case "sandbox": {
        const { SandboxDriver } = await import("../drivers/sandbox/sandbox-driver.ts");
        return new KeepingDriver(new SandboxDriver({ home }), imagesOfGuests(home));
      }
      case "libvirt":
        return libvirtHost({ uri, network, bridge, place, home });
      default: {
        const known = DRIVER_NAMES.map((driver) => `"${driver}"`).join(" and ");
        throw new Error(`there is no driver "${name}"; there are ${known}`);
      }
    }
  },
  programDirectory: process.cwd(),
};

const hosts = new Map<string, Promise<Driver>>();

/** One driver for each host: its connections serve all guests there. A host has its own copy of
 * an image that its guests run, so the store may drop it. */
function libvirtHost(options: LibvirtDriverOptions): Promise<Driver> {
  const load = async () => {
    const { LibvirtDriver } = await import("../drivers/libvirt/libvirt-driver.ts");
    return new LibvirtDriver(options);
  };
  const key = JSON.stringify(options);
  const host = hosts.get(key) ?? load();
  hosts.set(key, host);
  return host;
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
