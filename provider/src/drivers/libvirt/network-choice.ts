// Which way the guests of a host are reached: what the driver was told for all of them, unless a
// guest is in networks that were made here.
import type { GuestPlace } from "../driver.ts";
import { BridgeNetwork, LeasedNetwork } from "./address-network.ts";
import type { Domains } from "./domains.ts";
import type { HostNetworks } from "./host-networks.ts";
import { type HostNetwork, UserNetwork } from "./network.ts";
import { PlacedNetwork } from "./placed-network.ts";
import { type GuestRecord, parseRecord } from "./record.ts";
import type { HostUri } from "./uri.ts";

/** Without a network or bridge, guests have QEMU's user mode; in a bridge without a place they ask
 * by DHCP. */
export interface PlaceOptions extends GuestPlace {
  readonly uri: string;
}

export class NetworkChoice {
  readonly usual: HostNetwork;
  readonly #placed: HostNetwork;
  readonly #domains: Domains;

  constructor(options: PlaceOptions, host: HostUri, domains: Domains, networks: HostNetworks) {
    this.#domains = domains;
    this.#placed = new PlacedNetwork(domains, networks);
    const { uri, network, bridge, place } = options;
    if (network !== undefined) {
      this.usual = new LeasedNetwork(domains, uri, network);
    } else if (bridge !== undefined || host.hypervisor === "xen") {
      this.usual = new BridgeNetwork(domains, place);
    } else {
      this.usual = new UserNetwork(domains, host);
    }
  }

  of(guest: Pick<GuestRecord, "interfaces"> | undefined): HostNetwork {
    return guest?.interfaces === undefined ? this.usual : this.#placed;
  }

  /** That of a guest of which only the name is known. */
  async named(id: string): Promise<HostNetwork> {
    return this.of(parseRecord((await this.#domains.find(id))?.metadata, id));
  }
}
