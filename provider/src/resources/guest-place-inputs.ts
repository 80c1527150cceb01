// Where a guest of a libvirt host is in the world, as the input `driver` says it: in one of libvirt's
// networks, in a bridge of the host, or behind ports of the host.
import type { GuestPlace } from "../drivers/driver.ts";
import type { GuestNetwork } from "../guests/configuration.ts";
import {
  containsUnknown,
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
} from "../values.ts";
import { type DriverSelection, isXen } from "./guest-driver-input.ts";
import type { Refuse } from "./guest-inputs.ts";

/** What `driver` may say of it. */
export const PLACE_OPTIONS = ["network", "bridge", "address", "gateway", "nameServer"] as const;

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** What is wrong with the place alone. */
export function placeFailures(driver: PropertyMap, refuse: Refuse): void {
  const { network = null, bridge = null, address = null } = driver;
  for (const [name, value, what] of [
    ["network", network, "a network's name"],
    ["bridge", bridge, "the name of a bridge of the host"],
  ] as const) {
    if (value !== null && !containsUnknown(value) && typeof value !== "string") {
      refuse(`driver.${name}`, `must be ${what}, not ${JSON.stringify(value)}`);
    }
  }
  if (network !== null && bridge !== null) {
    refuse("driver.bridge", "a guest is in a network or in a bridge, not in both");
  }
  if (address !== null && bridge === null) {
    refuse("driver.address", "is the guest's in a bridge; say which one: bridge");
  }
  if (address !== null && !containsUnknown(address) && !isInterfaceAddress(address)) {
    refuse(
      "driver.address",
      `must be an IPv4 address with the length of its network's prefix, such as "192.168.1.50/24", not ${JSON.stringify(address)}`,
    );
  }
  for (const name of ["gateway", "nameServer"] as const) {
    const value = driver[name] ?? null;
    if (value === null || containsUnknown(value)) continue;
    if (address === null) refuse(`driver.${name}`, "goes with address; without one DHCP tells it");
    else if (typeof value !== "string" || !IPV4.test(value)) {
      refuse(`driver.${name}`, `must be an IPv4 address, not ${JSON.stringify(value)}`);
    }
  }
}

/** Only for what has no failures and is known. */
export function placeOf(driver: PropertyMap): Pick<DriverSelection, "bridge" | "place"> {
  const { bridge, address, gateway, nameServer } = driver;
  if (typeof bridge !== "string") return {};
  if (typeof address !== "string") return { bridge };
  const router = typeof gateway === "string" ? gateway : firstAddress(address);
  const dns = typeof nameServer === "string" ? nameServer : router;
  return { bridge, place: { address, gateway: router, dns } };
}

/** A driver with the place of one of its guests, said as shortly as a program would. */
export function withPlace(driver: PropertyValue, found: GuestPlace = {}): PropertyValue {
  if (!isPropertyMap(driver)) return driver;
  const { network, bridge, place } = found;
  const isPlace = (name: string) => (PLACE_OPTIONS as readonly string[]).includes(name);
  const host = Object.fromEntries(Object.entries(driver).filter(([name]) => !isPlace(name)));
  const router = place && firstAddress(place.address);
  return {
    ...host,
    ...(network === undefined ? {} : { network }),
    ...(bridge === undefined ? {} : { bridge }),
    ...(place === undefined ? {} : { address: place.address }),
    ...(place === undefined || place.gateway === router ? {} : { gateway: place.gateway }),
    ...(place === undefined || place.dns === place.gateway ? {} : { nameServer: place.dns }),
  };
}

/** Whether a guest has an address of its own, and not its host's. */
export function hasOwnAddress(
  selection: DriverSelection | undefined,
  networks: PropertyValue | undefined,
): boolean {
  const { name, network, place } = selection ?? {};
  const isInNetwork = isPropertyList(networks) && networks.length > 0;
  return network !== undefined || place !== undefined || (name === "libvirt" && isInNetwork);
}

/** Which ports a guest cannot have in its place. */
export function placedPortFailures(
  selection: DriverSelection,
  { ports, networks }: PropertyMap,
  refuse: Refuse,
): void {
  // What is not known yet may be networks.
  if (!isPropertyList(ports) || containsUnknown(networks ?? null)) return;
  if (!hasOwnAddress(selection, networks)) {
    if (ports.length === 0) return;
    if (selection.bridge !== undefined) {
      refuse(
        "ports",
        'nobody tells the address that a guest gets in a bridge; give it one: unikernel.libvirt({ bridge, address: "192.168.1.50/24" })',
      );
    } else if (isXen(selection)) {
      refuse(
        "ports",
        "a guest of Xen has no ports of its host; put it where it has an address of its own: networks, or unikernel.libvirt({ network }) or unikernel.libvirt({ bridge, address })",
      );
    }
    return;
  }
  for (const [index, port] of ports.entries()) {
    if (!isPropertyMap(port) || containsUnknown(port)) continue;
    if (port.host === 0 || port.host === port.guest) continue;
    refuse(
      `ports[${index}].host`,
      `a guest in a network of libvirt's or a bridge has an address of its own; leave host out, and use port ${port.guest} there`,
    );
  }
}

function isInterfaceAddress(value: PropertyValue): value is GuestNetwork["address"] {
  const [address = "", bits = "", ...more] = typeof value === "string" ? value.split("/") : [];
  return IPV4.test(address) && /^([1-9]|[12]\d|30)$/.test(bits) && more.length === 0;
}

/** Of a network: its router, usually. */
function firstAddress(address: string): string {
  const [octets = "", bits = "24"] = address.split("/");
  const value = octets.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(value / size) * size + 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
}
