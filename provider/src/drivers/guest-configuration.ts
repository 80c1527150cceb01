// What a guest that is a process of this user is told of itself.
import { encodeConfiguration } from "../guests/configuration.ts";
import type { GuestSpec } from "./driver.ts";
import type { Attachment } from "./networks/networks.ts";
import { mounts } from "./volume-driver.ts";

/** The network that leads to everywhere else: the guest's own. */
export interface OwnNetwork {
  readonly guest: string;
  readonly prefixBits: number;
  readonly gateway: string;
  readonly dns: string;
}

export function configurationOf(
  { args, env, volumes }: Pick<GuestSpec, "args" | "env" | "volumes">,
  { guest, prefixBits, gateway, dns }: OwnNetwork,
  attachments: readonly Attachment[],
): Buffer {
  return encodeConfiguration({
    args,
    env,
    network: {
      address: `${guest}/${prefixBits}`,
      gateway,
      // One that knows all the names: libc asks all of its servers at once and believes the first.
      dns: attachments[0]?.nameServer ?? dns,
    },
    mounts: mounts(volumes),
    interfaces: attachments.map(({ mac, address, bits }) => ({
      mac,
      address: `${address}/${bits}`,
    })),
    clockRealtimeNs: BigInt(Date.now()) * 1_000_000n,
  });
}
