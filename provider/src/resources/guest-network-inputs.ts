// The input `networks` of a Guest: networks by their ids, or objects with an id and what the guest
// is called there.

import { parseAddress } from "../drivers/networks/cidr.ts";
import { guestName, isGuestName } from "../drivers/networks/names.ts";
import type { WantedNetwork } from "../drivers/networks/networks.ts";
import { containsUnknown, isPropertyList, isPropertyMap, type PropertyValue } from "../values.ts";
import type { DriverSelection } from "./guest-driver-input.ts";
import { describe, type Refuse, unknownNames } from "./guest-inputs.ts";

/** A sandboxed guest has four interfaces at most, and one is its own. */
const NETWORKS_MAX = 3;

/** Objects with names; `resourceName` is what the program calls the guest. */
export function normalNetworks(value: PropertyValue, resourceName: string): PropertyValue {
  if (!isPropertyList(value)) return value;
  const name = guestName(resourceName);
  return value.map((one) => {
    if (!isPropertyMap(one)) return { network: one, name };
    const given = Object.entries(one).filter(([, property]) => property !== null);
    return { name, ...Object.fromEntries(given) };
  });
}

export function networkInputFailures(
  value: PropertyValue,
  selection: DriverSelection | undefined,
  refuse: Refuse,
): void {
  if (!isPropertyList(value)) {
    if (!containsUnknown(value)) {
      refuse("networks", `must be a list of Networks, not ${describe(value)}`);
    }
    return;
  }
  if (value.length > 0 && selection?.name === "libvirt") {
    refuse(
      "networks",
      'are for guests of the drivers "qemu" and "sandbox"; under libvirt, name one of its networks: unikernel.libvirt({ network: "default" })',
    );
    return;
  }
  if (value.length > NETWORKS_MAX) {
    refuse("networks", `a guest can be in ${NETWORKS_MAX} networks, not in ${value.length}`);
  }
  const seen = new Map<PropertyValue, number>();
  for (const [index, one] of value.entries()) {
    const path = `networks[${index}]`;
    if (!isPropertyMap(one)) continue;
    unknownNames(one, ["network", "name", "address"], `${path}.`, "a guest's network", refuse);
    const { network = null, name = null, address = null } = one;
    if (!containsUnknown(network)) {
      const first = seen.get(network);
      if (typeof network !== "string" || network === "") {
        refuse(`${path}.network`, `must be a Network or its id, not ${describe(network)}`);
      } else if (first !== undefined) {
        refuse(`${path}.network`, `is the same as networks[${first}]`);
      }
      seen.set(network, index);
    }
    if (!containsUnknown(name) && !(typeof name === "string" && isGuestName(name))) {
      refuse(
        `${path}.name`,
        `must be a name such as "db": lower-case letters, digits and hyphens, at most 63, not ${describe(name)}`,
      );
    }
    if (address === null || containsUnknown(address)) continue;
    if (typeof address !== "string" || parseAddress(address) === undefined) {
      refuse(`${path}.address`, `must be an IPv4 address, not ${describe(address)}`);
    }
  }
}

/** Only for what has no failures and is known. */
export function wantedNetworks(value: PropertyValue | undefined): WantedNetwork[] {
  if (!isPropertyList(value)) return [];
  return value.filter(isPropertyMap).map(({ network, name, address }) => ({
    network: String(network),
    name: String(name),
    ...(typeof address === "string" ? { address } : {}),
  }));
}

/** Two guests cannot have one address at the same time: a successor has to wait for its
 * predecessor's end. */
export function hasFixedAddress(value: PropertyValue | undefined): boolean {
  return (
    isPropertyList(value ?? null) &&
    (value as readonly PropertyValue[]).some(
      (one) => isPropertyMap(one) && one.address !== undefined,
    )
  );
}
