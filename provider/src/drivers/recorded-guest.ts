// What drivers do with what they have recorded of a guest.
import type { GuestSpec, GuestSummary } from "./driver.ts";

type Recorded = Omit<GuestSpec, "id" | "owner" | "imagePath" | "args" | "env">;

/** A driver's record without what is only its own. */
export function summaryOf(record: GuestSummary): GuestSummary {
  const { id, owner, progress, digest, imagePath, memoryBytes, cpus, ports, accelerator } = record;
  return { id, owner, progress, digest, imagePath, memoryBytes, cpus, ports, accelerator };
}

/** Whether a guest is what is asked for, arguments and environment apart: they are not recorded. */
export function isSameGuest(one: Recorded, other: Recorded): boolean {
  return essenceOf(one) === essenceOf(other);
}

function essenceOf(guest: Recorded): string {
  const { digest, memoryBytes, cpus, accelerator, ports } = guest;
  const listeners = ports.map((port) => [port.host, port.guest, port.protocol, port.address]);
  return JSON.stringify([digest, memoryBytes, cpus, accelerator, listeners]);
}
