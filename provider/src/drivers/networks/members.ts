// Who is in a network, as its switch reads it: see toolchain/switch/members.h.
import { type Cidr, formatCidr, hardwareAddress, parseAddress } from "./cidr.ts";

/** One guest's place in a network: a file whose name is the address. */
export interface Place {
  readonly address: string;
  /** Its id. */
  readonly guest: string;
  readonly owner: string;
  readonly name: string;
  /** When the place was last given to it. */
  readonly claimedMs: number;
  /** When it took the name over from a predecessor; 0: it never did. */
  readonly takenMs: number;
  /** How its frames come: from a stream, or from a descriptor that a tender hands over. */
  readonly kind: "stream" | "handed";
  /** Of the guest's interfaces in networks, counted from 0. */
  readonly index: number;
  /** The guest's other networks, in which it may look names up. */
  readonly others: readonly string[];
}

/** Where the side of a guest listens, in the guest's directory. */
export function socketName(index: number): string {
  return `net-${index + 1}.sock`;
}

/** Equal for the same places, in whatever order they were found. */
export function membersText(network: Cidr, places: readonly Place[]): string {
  const sorted = [...places].sort(
    (one, other) => (parseAddress(one.address) ?? 0) - (parseAddress(other.address) ?? 0),
  );
  const lines = [`network ${formatCidr(network)}`];
  for (const { kind, address, guest, index } of sorted) {
    const mac = hardwareAddress(parseAddress(address) ?? 0);
    lines.push(`${kind} ${address} ${mac} ../../guests/${guest}/${socketName(index)}`);
  }
  for (const [name, { address }] of named(sorted)) lines.push(`name ${name} ${address}`);
  for (const { address, others } of sorted) {
    for (const other of others) lines.push(`also ${address} ../${other}/members`);
  }
  return `${lines.join("\n")}\n`;
}

/** Of those with one name, the one that took it over last has it. */
export function named(places: readonly Place[]): ReadonlyMap<string, Place> {
  const holders = new Map<string, Place>();
  for (const place of places) {
    const holder = holders.get(place.name);
    if (holder === undefined || place.takenMs > holder.takenMs) holders.set(place.name, place);
  }
  return holders;
}
