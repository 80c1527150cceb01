// The input `driver` of a Guest: a driver's name, or an object with the name and what that driver
// has to know.
import { machineOf, parseHostUri } from "../drivers/libvirt/uri.ts";
import { containsUnknown, isPropertyList, isPropertyMap, type PropertyValue } from "../values.ts";
import { type Refuse, unknownNames } from "./guest-inputs.ts";

export interface DriverSelection {
  readonly name: string;
  /** Where libvirt is. */
  readonly uri?: string;
  /** A network of libvirt's for the guest; QEMU's user mode without one. */
  readonly network?: string;
}

const DEFAULT_URI = "qemu:///system";

/** One form for each meaning, so that another way to say the same is no change. */
export function normalDriver(value: PropertyValue): PropertyValue {
  if (value === "libvirt") return { name: "libvirt", uri: DEFAULT_URI };
  if (!isPropertyMap(value)) return value;
  if (value.name === "libvirt") return { ...value, uri: value.uri ?? DEFAULT_URI };
  return Object.keys(value).length === 1 ? (value.name ?? value) : value;
}

export function driverFailures(
  value: PropertyValue,
  drivers: readonly string[],
  refuse: Refuse,
): void {
  if (!isPropertyMap(value)) {
    nameFailure("driver", value, drivers, refuse);
    return;
  }
  nameFailure("driver.name", value.name ?? null, drivers, refuse);
  const options = value.name === "libvirt" ? ["uri", "network"] : [];
  if (!containsUnknown(value.name ?? null)) {
    const what = `the driver "${value.name}"`;
    unknownNames(value, ["name", ...options], "driver.", what, refuse);
  }
  if (value.name !== "libvirt") return;
  const { uri = null, network = null } = value;
  if (network !== null && !containsUnknown(network) && typeof network !== "string") {
    refuse("driver.network", `must be a network's name, not ${JSON.stringify(network)}`);
  }
  if (containsUnknown(uri)) return;
  if (typeof uri !== "string" || parseHostUri(uri) === undefined) {
    refuse(
      "driver.uri",
      `must be a libvirt URI such as "qemu:///system" or "qemu+ssh://user@host/system", not ${JSON.stringify(uri)}`,
    );
  }
}

/** Only for what has no failures and is known; "qemu" for states from before there was a choice. */
export function driverSelection(value: PropertyValue | undefined): DriverSelection {
  const normal = normalDriver(value ?? "qemu");
  if (!isPropertyMap(normal)) return { name: String(normal) };
  const { name, uri, network } = normal;
  return {
    name: String(name),
    ...(typeof uri === "string" ? { uri } : {}),
    ...(typeof network === "string" ? { network } : {}),
  };
}

/** A guest of a network has an address of its own, and all of its ports there. */
export function networkFailures(ports: PropertyValue, refuse: Refuse): void {
  if (!isPropertyList(ports)) return;
  for (const [index, port] of ports.entries()) {
    if (!isPropertyMap(port) || containsUnknown(port)) continue;
    if (port.host === 0 || port.host === port.guest) continue;
    refuse(
      `ports[${index}].host`,
      `a guest in a network of libvirt's has an address of its own; leave host out, and use port ${port.guest} there`,
    );
  }
}

/** The machine on which the guests of a driver run, when it is known to be another than this. */
export function driverMachine(selection: DriverSelection): string | undefined {
  const uri = parseHostUri(selection.uri ?? "");
  return uri === undefined ? undefined : machineOf(uri);
}

function nameFailure(
  path: string,
  value: PropertyValue,
  drivers: readonly string[],
  refuse: Refuse,
): void {
  if (containsUnknown(value)) return;
  if (typeof value === "string" && drivers.includes(value)) return;
  const known = drivers.map((driver) => `"${driver}"`).join(" or ");
  refuse(path, `must be ${known}, not ${JSON.stringify(value)}`);
}
