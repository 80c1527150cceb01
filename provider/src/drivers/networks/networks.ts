// Networks in plain values, as resources and drivers speak of them.
import type { Cidr } from "./cidr.ts";

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
  /** Whether it has no way out itself; absent where guests have one of their own. */
  readonly isolated?: boolean;
}

/** What a driver that has networks can do with them. */
export interface NetworkDriver {
  /** As they are now. */
  list(): Promise<NetworkSummary[]>;
  /** Makes a network be there and work; does nothing when that is so. */
  apply(network: Omit<NetworkSummary, "progress">): Promise<void>;
  mark(id: string, owner: string, progress: NetworkSummary["progress"]): Promise<void>;
  status(id: string): Promise<"running" | "stopped" | "absent">;
  /** Succeeds when there is none; refuses while guests run in it. */
  remove(id: string): Promise<void>;
  /** Networks of other owners with the same addresses. */
  overlapping(owner: string, cidr: Cidr): Promise<NetworkSummary[]>;
}

/** The addresses of a guest by the names of its networks. */
export function addressesOf(attachments: readonly Attachment[]): Record<string, string> {
  return Object.fromEntries(attachments.map(({ networkName, address }) => [networkName, address]));
}
