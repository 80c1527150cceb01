// Guests in networks that were made here: they are reached at their address in the first of them.
import type { GuestInterface, GuestNetwork } from "../../guests/configuration.ts";
import type { PortForward } from "../driver.ts";
import type { Attachment } from "../networks/networks.ts";
import { AddressNetwork, forwardsAt } from "./address-network.ts";
import type { Domains } from "./domains.ts";
import type { HostNetworks } from "./host-networks.ts";
import { type GuestRecord, parseRecord } from "./record.ts";

export class PlacedNetwork extends AddressNetwork {
  readonly configuration = undefined;
  readonly #networks: HostNetworks;

  constructor(domains: Domains, networks: HostNetworks) {
    super(domains);
    this.#networks = networks;
  }

  async unavailable(): Promise<null> {
    return null;
  }

  async reach(guest: GuestRecord): Promise<GuestRecord["forwards"]> {
    const [first] = guest.interfaces ?? [];
    return first === undefined ? guest.forwards : forwardsAt(first.address, guest);
  }

  override async take(id: string): Promise<readonly PortForward[]> {
    const record = parseRecord((await this.domains.find(id))?.metadata, id);
    if (record !== undefined) await this.#networks.takeNames(record);
    return super.take(id);
  }
}

/** What a guest is told of its interfaces. The first one leads to everywhere else, where its network
 * has a way out. */
export function placesIn(interfaces: readonly Attachment[] = []): {
  readonly network?: GuestNetwork;
  readonly interfaces?: readonly GuestInterface[];
} {
  const [first, ...others] = interfaces;
  if (first === undefined) return {};
  const { address, bits, nameServer } = first;
  return {
    network: { address: `${address}/${bits}`, gateway: nameServer, dns: nameServer },
    interfaces: others.map((one) => ({ mac: one.mac, address: `${one.address}/${one.bits}` })),
  };
}
