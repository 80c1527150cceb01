// Networks in plain values, as resources and drivers speak of them.

/** A network that a guest is to be in. */
export interface WantedNetwork {
  /** The network's id. */
  readonly network: string;
  /** What others there call the guest. */
  readonly name: string;
  /** Without one, a free one is chosen and kept. */
  readonly address?: string;
}

/** A guest's interface in a network. */
export interface Attachment {
  readonly network: string;
  readonly networkName: string;
  readonly address: string;
  readonly bits: number;
  readonly mac: string;
  readonly nameServer: string;
  /** Of the guest's interfaces in networks, counted from 0. */
  readonly index: number;
}

export interface NetworkProblem {
  /** Of the networks that were asked for. */
  readonly index: number;
  readonly property: "network" | "name" | "address";
  readonly reason: string;
}

export interface NetworkSummary {
  readonly id: string;
  readonly owner: string;
  /** By which users know it. */
  readonly name: string;
  readonly cidr: string;
  /** How far it has come in its owner's books, as with guests. */
  readonly progress: "creating" | "created" | "kept";
}

/** The addresses of a guest by the names of its networks. */
export function addressesOf(attachments: readonly Attachment[]): Record<string, string> {
  return Object.fromEntries(attachments.map(({ networkName, address }) => [networkName, address]));
}
