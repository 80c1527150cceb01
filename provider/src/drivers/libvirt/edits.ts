// What a user changed of a guest behind our back: `virsh edit`, or a domain started again by hand,
// which has lost the ports that were forwarded to it while it ran.
import type { GuestEdits, PortForward } from "../driver.ts";
import { essenceOf, memoryKiB } from "./domain-xml.ts";
import { digestOfVolume } from "./images.ts";
import type { GuestRecord } from "./record.ts";

/** `forwards` is what QEMU forwards at the moment. Ports that a successor took are no edit. */
export function editsOf(
  record: GuestRecord,
  definition: string,
  forwards: readonly PortForward[],
): GuestEdits {
  const { memoryBytes, cpus, imagePath } = essenceOf(definition);
  const digest = digestOfVolume(imagePath) ?? imagePath;
  const own = record.forwards.filter((forward) => forward !== null);
  const ports = own.filter((forward) => forwards.some((actual) => isSameForward(actual, forward)));
  return {
    ...(memoryKiB({ memoryBytes }) === memoryKiB(record) ? {} : { memoryBytes }),
    ...(cpus === record.cpus ? {} : { cpus }),
    ...(digest === record.digest ? {} : { digest }),
    ...(ports.length === own.length ? {} : { ports }),
  };
}

export function isSameForward(left: PortForward, right: PortForward): boolean {
  return (
    left.protocol === right.protocol &&
    left.address === right.address &&
    left.host === right.host &&
    left.guest === right.guest
  );
}
