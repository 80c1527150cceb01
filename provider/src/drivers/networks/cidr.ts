// IPv4 networks and their addresses as numbers.

export interface Cidr {
  /** The network's own address: its host part is zero. */
  readonly address: number;
  readonly bits: number;
}

const DOTTED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** Undefined when it is none. */
export function parseAddress(text: string): number | undefined {
  const parts = DOTTED.exec(text)?.slice(1) ?? [];
  // With leading zeros it would be octal elsewhere.
  const isNumber = (part: string) => Number(part) <= 255 && String(Number(part)) === part;
  if (parts.length !== 4 || !parts.every(isNumber)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

/** E.g. "10.7.0.0/24"; undefined when it is none, its host part included. */
export function parseCidr(text: string): Cidr | undefined {
  const [, dotted = "", digits = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const address = parseAddress(dotted);
  const bits = Number(digits);
  if (address === undefined || digits === "" || bits > 32) return undefined;
  return { address, bits };
}

export function formatCidr({ address, bits }: Cidr): string {
  return `${formatAddress(address)}/${bits}`;
}

export function networkSize({ bits }: Cidr): number {
  return 2 ** (32 - bits);
}

/** The network that an address of it belongs to. */
export function networkOf({ address, bits }: Cidr): Cidr {
  return { address: address - (address % networkSize({ address, bits })), bits };
}

export function contains(network: Cidr, address: number): boolean {
  return address >= network.address && address < network.address + networkSize(network);
}

export function overlap(one: Cidr, other: Cidr): boolean {
  return contains(one, other.address) || contains(other, one.address);
}

/** The switch's own address, at which guests find their name server. */
export function serverAddress(network: Cidr): number {
  return network.address + 1;
}

/** Whether an address can be a guest's: neither the network's, nor the switch's, nor everybody's. */
export function isGuestAddress(network: Cidr, address: number): boolean {
  const last = network.address + networkSize(network) - 1;
  return contains(network, address) && address > serverAddress(network) && address < last;
}

/** The first address for a guest that nobody has; undefined when there is none. */
export function freeAddress(network: Cidr, taken: ReadonlySet<number>): number | undefined {
  const end = network.address + networkSize(network) - 1;
  for (let address = serverAddress(network) + 1; address < end; address++) {
    if (!taken.has(address)) return address;
  }
  return undefined;
}

/** A hardware address that nobody has assigned, one for each address of a network. */
export function hardwareAddress(address: number): string {
  const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
  return ["02", "67", ...bytes.map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
