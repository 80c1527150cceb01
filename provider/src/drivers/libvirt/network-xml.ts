// A network in libvirt's words: a bridge with libvirt's dnsmasq, which tells guests their addresses
// and each other's names.
import { createHash } from "node:crypto";
import {
  type Cidr,
  formatAddress,
  parseAddress,
  parseCidr,
  serverAddress,
} from "../networks/cidr.ts";
import { uuidOf } from "./domain-xml.ts";
import { all, at, formatXml, parseXml, textAt } from "./xml.ts";

export interface NetworkDefinition {
  readonly id: string;
  readonly cidr: Cidr;
  /** Without a way out. */
  readonly isolated: boolean;
}

/** What libvirt says of a network of ours; a user may have edited it. */
export interface NetworkEssence {
  /** E.g. "10.7.0.0/24"; "" when it has no addresses any more. */
  readonly cidr: string;
  readonly isolated: boolean;
  /** Addresses that belong to somebody, as DHCP tells them. */
  readonly addresses: readonly string[];
  /** Who is called what. */
  readonly names: readonly { readonly address: string; readonly name: string }[];
}

export function networkXml({ id, cidr, isolated }: NetworkDefinition): string {
  return formatXml({
    network: {
      name: id,
      uuid: uuidOf(`network ${id}`),
      ...(isolated ? {} : { forward: { "@mode": "nat" } }),
      bridge: { "@name": bridgeOf(id), "@stp": "off", "@delay": "0" },
      // Nobody outside knows guests' names.
      dns: { "@forwardPlainNames": "no" },
      ip: { "@address": formatAddress(serverAddress(cidr)), "@prefix": cidr.bits },
    },
  });
}

export function readNetworkXml(description: string): NetworkEssence {
  const { network } = parseXml(description);
  const ip = at(network, "ip");
  return {
    cidr: cidrIn(ip),
    isolated: at(network, "forward") === undefined,
    addresses: all(ip, "dhcp", "host").flatMap((host) => textAt(host, "@ip") ?? []),
    names: all(network, "dns", "host").flatMap((host) =>
      all(host, "hostname").map((name) => ({
        address: textAt(host, "@ip") ?? "",
        name: (textAt(name) ?? "").trim(),
      })),
    ),
  };
}

/** Who has an address, for DHCP. */
export function hostElement(mac: string, address: string): string {
  return formatXml({ host: { "@mac": mac, "@ip": address } });
}

/** Who has a name, for DNS. */
export function nameElement(address: string, name: string): string {
  return formatXml({ host: { "@ip": address, hostname: name } });
}

/** Linux takes 15 characters. */
export function bridgeOf(id: string): string {
  return `uk${createHash("sha256").update(`bridge ${id}`).digest("hex").slice(0, 10)}`;
}

function cidrIn(ip: ReturnType<typeof at>): string {
  const address = parseAddress(textAt(ip, "@address") ?? "");
  const netmask = parseAddress(textAt(ip, "@netmask") ?? "");
  const bits =
    textAt(ip, "@prefix") ??
    (netmask === undefined ? undefined : 32 - Math.log2(2 ** 32 - netmask));
  if (address === undefined || bits === undefined) return "";
  const size = 2 ** (32 - Number(bits));
  const text = `${formatAddress(address - (address % size))}/${bits}`;
  return parseCidr(text) === undefined ? "" : text;
}
