// What differs between the hypervisors behind a libvirt host: how a guest is described, asked to
// end, and found to have ended.
import { endOnConsole, exitsOnConsole, type GuestEnd, guestEnd } from "../../guests/exit-status.ts";
import type { GuestSpec } from "../driver.ts";
import { deviceName, mounts, type VolumeFormat } from "../volume-driver.ts";
import { chooseType } from "./accelerator.ts";
import type { Connections } from "./connections.ts";
import { type DomainFiles, diskTarget, domainXml } from "./domain-xml.ts";
import type { Domains } from "./domains.ts";
import type { GuestVolumes } from "./guest-volumes.ts";
import type { GuestRecord } from "./record.ts";
import type { HostUri } from "./uri.ts";
import { xenDisk, xenDomainXml } from "./xen-domain-xml.ts";

/** What libvirt calls a kind of domain. */
export type DomainType = "kvm" | "qemu" | "xen";

export interface Hypervisor {
  /** What a guest becomes on this host. Throws when it is not what was asked for. */
  chooseType(
    asked: GuestSpec["accelerator"],
    connections: Connections,
    machine: { readonly isThisMachine: boolean; readonly home: string },
  ): Promise<DomainType>;
  describe(guest: GuestRecord, type: DomainType, files: DomainFiles): string;
  /** What a guest is told of its volumes. */
  mounts(volumes: GuestSpec["volumes"]): ReturnType<typeof mounts>;
  askToEnd(domains: Domains, id: string): Promise<unknown>;
  /** How a guest ended that does not run. */
  end(volumes: GuestVolumes, id: string): Promise<GuestEnd>;
  /** How often a guest has ended since it was started, as far as that is known. */
  ends(volumes: GuestVolumes, id: string): Promise<number>;
  readonly disks: HostDisks;
}

/** What volumes of a host can be. */
export interface HostDisks {
  readonly usualFormat: VolumeFormat;
  formatProblem(format: VolumeFormat): string | null;
  /** The disk of a guest that runs, as libvirt calls it, where it can grow under the guest;
   * undefined where only what is behind it grows, which the guest sees when it starts again. */
  growing(device: string): string | undefined;
}

const qemu: Hypervisor = {
  chooseType,
  describe: (guest, type, files) => domainXml(guest, type === "kvm" ? "kvm" : "qemu", files),
  mounts,
  askToEnd: (domains, id) => domains.sendBreak(id),
  async end(volumes, id) {
    const status = await volumes.exitStatus(id);
    // As isa-debug-exit would have made QEMU's exit code of it.
    const code = status === undefined ? 0 : 2 * status + 1;
    return guestEnd({ code, killed: status === undefined }, await volumes.consoleEnd(id));
  },
  ends: (volumes, id) => volumes.exits(id),
  disks: { usualFormat: "qcow2", formatProblem: () => null, growing: diskTarget },
};

const xen: Hypervisor = {
  chooseType: async () => "xen",
  describe: (guest, _type, files) => xenDomainXml(guest, files),
  mounts: (volumes) =>
    mounts(volumes).map((mount, index) => ({ ...mount, name: xenDisk(deviceName(index)) })),
  askToEnd: (domains, id) => domains.requestEnd(id),
  end: async (volumes, id) => endOnConsole(await volumes.consoleEnd(id)),
  ends: async (volumes, id) => exitsOnConsole(await volumes.consoleEnd(id)),
  disks: {
    usualFormat: "raw",
    formatProblem: (format) =>
      format === "raw"
        ? null
        : `must be "raw" on a Xen host: ${format} needs a QEMU beside each guest`,
    growing: () => undefined,
  },
};

export function hypervisorOf(host: HostUri): Hypervisor {
  return host.hypervisor === "xen" ? xen : qemu;
}
