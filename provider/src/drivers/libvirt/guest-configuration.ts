// What a guest of a libvirt host is told of itself.
import { encodeConfiguration, type GuestNetwork } from "../../guests/configuration.ts";
import type { GuestSpec } from "../driver.ts";
import type { Hypervisor } from "./hypervisor.ts";
import { placesIn } from "./placed-network.ts";
import type { GuestRecord } from "./record.ts";

/** `network`: where it is, unless it has interfaces of its own in networks. */
export function configurationOf(
  spec: GuestSpec,
  hypervisor: Hypervisor,
  network: GuestNetwork | undefined,
  interfaces: GuestRecord["interfaces"],
): Buffer {
  return encodeConfiguration({
    args: spec.args,
    env: spec.env,
    ...(network === undefined ? {} : { network }),
    ...placesIn(interfaces),
    mounts: hypervisor.mounts(spec.volumes),
    ...restartIn(spec),
    clockRealtimeNs: BigInt(Date.now()) * 1_000_000n,
  });
}

/** libvirt starts again what resets; after which ends a guest does is its own to know. */
export function restartIn({ lifecycle }: Pick<GuestSpec, "lifecycle">): {
  readonly restart?: "on-failure" | "always";
} {
  const when = lifecycle?.restart.when ?? "no";
  return when === "no" ? {} : { restart: when };
}
