// The input `networks` of a Guest: networks by their ids, or objects with an id and what the guest
// is called there.
import type { Driver } from "../drivers/driver.ts";
import { parseAddress } from "../drivers/networks/cidr.ts";
import { guestName, isGuestName } from "../drivers/networks/names.ts";
import type { WantedNetwork } from "../drivers/networks/networks.ts";
import {
  containsUnknown,
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  Secret,
} from "../values.ts";
import type { DriverSelection } from "./guest-driver-input.ts";
import { describe, type Refuse, unknownNames } from "./guest-inputs.ts";
import type { CheckFailure } from "./resource.ts";

/** A sandboxed guest has four interfaces at most, and one is its own. */
const NETWORKS_MAX = 3;
/** As many as QEMU's microvm has room for beside what every guest has. */
const DEVICES_MAX = 6;

/** The inputs with one form for each meaning of `networks`. Without a name, a guest is called as
 * the program calls it. */
export function withGuestNames(inputs: PropertyMap, urn: string): PropertyMap {
  const { networks, ...others } = inputs;
  if (networks === undefined) return inputs;
  const normal = normalNetworks(networks, guestName(urn.split("::").at(-1) ?? ""));
  // None is none, however it is said.
  if (isPropertyList(normal) && normal.length === 0) return others;
  return { ...others, networks: normal };
}

function normalNetworks(value: PropertyValue, name: string): PropertyValue {
  if (value instanceof Secret) return new Secret(normalNetworks(value.value, name));
  if (!isPropertyList(value)) return value;
  return value.map((one) => {
    if (!isPropertyMap(one)) return { network: one, name };
    const given = Object.entries(one).filter(([, property]) => property !== null);
    return { name, ...Object.fromEntries(given) };
  });
}

export function networkInputFailures(
  { networks: value, volumes }: PropertyMap,
  selection: DriverSelection | undefined,
  refuse: Refuse,
): void {
  if (value === undefined) return;
  if (!isPropertyList(value)) {
    if (!containsUnknown(value)) {
      refuse("networks", `must be a list of Networks, not ${describe(value)}`);
    }
    return;
  }
  const isPlaced = selection?.network !== undefined || selection?.bridge !== undefined;
  if (isPlaced && value.length > 0) {
    refuse(
      "networks",
      "are another place than the network or bridge that driver names; leave one of the two out",
    );
    return;
  }
  if (value.length > NETWORKS_MAX) {
    refuse("networks", `a guest can be in ${NETWORKS_MAX} networks, not in ${value.length}`);
  }
  const disks = isPropertyList(volumes) ? volumes.length : 0;
  if (selection?.name === "qemu" && value.length + disks > DEVICES_MAX) {
    refuse("networks", `a guest has room for ${DEVICES_MAX} networks and volumes together`);
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

/** Only for what has no failures; what is unknown is an empty text. */
export function wantedNetworks(value: PropertyValue | undefined): WantedNetwork[] {
  if (!isPropertyList(value)) return [];
  const text = (part: PropertyValue | undefined) => (typeof part === "string" ? part : "");
  return value.filter(isPropertyMap).map(({ network, name, address }) => ({
    network: text(network),
    name: text(name),
    ...(typeof address === "string" ? { address } : {}),
  }));
}

/** Why a guest of this owner cannot be in its networks, as far as the machine has to be asked. */
export async function networkMachineFailures(
  driver: Driver,
  owner: string,
  value: PropertyValue | undefined,
): Promise<CheckFailure[]> {
  // What is not known yet is not made yet.
  if (!isPropertyList(value) || containsUnknown(value)) return [];
  const problems = (await driver.networkProblems?.(owner, wantedNetworks(value))) ?? [];
  return problems.map(({ index, property, reason }) => ({
    property: `networks[${index}].${property}`,
    reason,
  }));
}

/** The networks of a guest that runs, as inputs. */
export function networkInputs(networks: readonly WantedNetwork[] = []): PropertyMap {
  return networks.length === 0 ? {} : { networks: networks.map((one) => ({ ...one })) };
}
