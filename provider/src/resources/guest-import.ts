// A guest that somebody else's state knew, found again by its id: on the host that the provider's
// settings name, or on this machine.
import type { Driver, PortForward } from "../drivers/driver.ts";
import { formatSize } from "../guests/quantities.ts";
import { type PropertyMap, type PropertyValue, Secret } from "../values.ts";
import { driverSelection, normalDriver } from "./guest-driver-input.ts";
import { lifecycleInputs } from "./guest-lifecycle-inputs.ts";
import type { GuestMachine } from "./guest-machine.ts";
import { networkInputs } from "./guest-network-inputs.ts";
import { withPlace } from "./guest-place-inputs.ts";
import { volumeInputs } from "./guest-volumes.ts";
import type { Settings } from "./resource.ts";

const ON_THIS_MACHINE: readonly PropertyValue[] = [
  "qemu",
  "sandbox",
  "libvirt",
  { name: "libvirt", uri: "xen:///system" },
];

/** The inputs of a guest that runs; null where there is none of that id. */
export async function findGuest(
  machine: Pick<GuestMachine, "driver">,
  settings: Settings | undefined,
  id: string,
): Promise<PropertyMap | null> {
  const places = [...(settings?.driver === undefined ? [] : [settings.driver]), ...ON_THIS_MACHINE];
  for (const place of places.map(normalDriver)) {
    const driver = await machine.driver(driverSelection(place));
    const inputs = (await driver.unavailable()) === null ? await inputsOf(driver, place, id) : null;
    if (inputs !== null) return inputs;
  }
  return null;
}

/** The inputs of a guest that runs, from its record. Its environment counts as secret. */
async function inputsOf(
  driver: Driver,
  place: PropertyValue,
  id: string,
): Promise<PropertyMap | null> {
  const guest = (await driver.guests()).find((candidate) => candidate.id === id);
  if (guest === undefined) return null;
  const configuration = await driver.configuration(id);
  const env = Object.entries(configuration?.env ?? {}).map(
    ([name, value]) => [name, new Secret(value)] as const,
  );
  return {
    image: guest.digest,
    driver: withPlace(place, guest.place),
    memory: formatSize(guest.memoryBytes),
    cpus: guest.cpus,
    ports: portInputs(guest.ports),
    env: Object.fromEntries(env),
    args: [...(configuration?.args ?? [])],
    accelerator: guest.accelerator,
    ...volumeInputs(guest.volumes),
    ...networkInputs(guest.networks),
    ...(guest.lifecycle === undefined ? {} : lifecycleInputs(guest.lifecycle)),
  };
}

export function portInputs(ports: readonly PortForward[]): PropertyMap[] {
  return ports.map(({ host, guest: inside, protocol, address }) => ({
    host,
    guest: inside,
    protocol,
    address,
  }));
}
