// Drivers that have to know something, for the input `driver` of a Guest.
import type { GuestDriverArgs } from "./types.ts";

/**
 * Runs guests as domains of a libvirt host, e.g. `driver: unikernel.libvirt()` for the one on this
 * machine, or `unikernel.libvirt({ uri: "qemu+ssh://user@host/system" })`, or a Xen host:
 * `unikernel.libvirt({ uri: "xen:///system", bridge: "xenbr0", address: "192.168.1.50/24" })`.
 */
export function libvirt(options: Omit<GuestDriverArgs, "name"> = {}): GuestDriverArgs {
  return { name: "libvirt", ...options };
}
