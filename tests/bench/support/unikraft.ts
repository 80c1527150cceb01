// The Unikraft 0.17 images that stand beside the repository on a developer's machine.
import { peer } from "./paths.ts";
import type { Bootable } from "./qemu.ts";

export const whyNoUnikraft =
  "no Unikraft image in ../shared/peers (set PEERS to a directory that has them)";

export function unikraftHttp(address: string, gateway: string): Bootable | undefined {
  const kernel = peer("unikraft-0.17-http-thread-per-connection.elf");
  if (!kernel) return undefined;
  return { kernel, append: `http netdev.ip=${address}:${gateway}::: --`, memoryMiB: 128 };
}
