// Whether a guest is what is asked for, by what a driver has recorded of it.
import type { GuestSpec } from "./driver.ts";

type Recorded = Omit<GuestSpec, "id" | "owner" | "imagePath" | "args" | "env">;

/** Arguments and environment apart, which are not recorded. */
export function isSameGuest(one: Recorded, other: Recorded): boolean {
  return essenceOf(one) === essenceOf(other);
}

function essenceOf(guest: Recorded): string {
  const { digest, memoryBytes, cpus, accelerator, ports } = guest;
  const listeners = ports.map((port) => [port.host, port.guest, port.protocol, port.address]);
  return JSON.stringify([digest, memoryBytes, cpus, accelerator, listeners]);
}
