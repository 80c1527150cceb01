// The input `driver` of a Guest: a driver's name, or an object with the name and what that driver
// has to know.
import { machineOf, parseHostUri } from "../drivers/libvirt/uri.ts";
import type { GuestNetwork } from "../guests/configuration.ts";
import { containsUnknown, isPropertyMap, type PropertyValue } from "../values.ts";
import { type Refuse, unknownNames } from "./guest-inputs.ts";
import { PLACE_OPTIONS, placeFailures, placeOf } from "./guest-place-inputs.ts";

export interface DriverSelection {
  readonly name: string;
  /** Where libvirt is. */
  readonly uri?: string;
  /** A network of libvirt's for the guest; QEMU's user mode without one. */
  readonly network?: string;
  /** A bridge of the host, and who the guest is there. */
  readonly bridge?: string;
  readonly place?: GuestNetwork;
}

const DEFAULT_URI = "qemu:///system";

/** One form for each meaning, so that another way to say the same is no change. */
export function normalDriver(value: PropertyValue): PropertyValue {
  if (value === "libvirt") return { name: "libvirt", uri: DEFAULT_URI };
  if (!isPropertyMap(value)) return value;
  if (value.name === "libvirt") return { ...value, uri: value.uri ?? DEFAULT_URI };
  return Object.keys(value).length === 1 ? (value.name ?? value) : value;
}

/** A driver without what only guests have: volumes and networks are a host's, wherever its guests
 * are in the world. */
export function hostOf(driver: PropertyValue): PropertyValue {
  const normal = normalDriver(driver);
  if (!isPropertyMap(normal) || normal.name !== "libvirt") return normal;
  const isPlace = (name: string) => (PLACE_OPTIONS as readonly string[]).includes(name);
  return Object.fromEntries(Object.entries(normal).filter(([name]) => !isPlace(name)));
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
  const options = value.name === "libvirt" ? ["uri", ...PLACE_OPTIONS] : [];
  if (!containsUnknown(value.name ?? null)) {
    const what = `the driver "${value.name}"`;
    unknownNames(value, ["name", ...options], "driver.", what, refuse);
  }
  if (value.name !== "libvirt") return;
  const { uri = null } = value;
  placeFailures(value, refuse);
  if (containsUnknown(uri)) return;
  if (typeof uri !== "string" || parseHostUri(uri) === undefined) {
    refuse(
      "driver.uri",
      `must be a libvirt URI such as "qemu:///system", "qemu+ssh://user@host/system" or "xen:///system", not ${JSON.stringify(uri)}`,
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
    ...placeOf(normal),
  };
}

/** Whether guests of a driver run on Xen. */
export function isXen(selection: DriverSelection | undefined): boolean {
  return parseHostUri(selection?.uri ?? "")?.hypervisor === "xen";
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
