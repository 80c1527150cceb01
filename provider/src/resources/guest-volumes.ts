// The volumes of a Guest, as far as the machine has to be asked: whether they exist where the guest
// runs, whether another guest has them, and whether the image can mount them.
import type { Driver, GuestSummary } from "../drivers/driver.ts";
import type { GuestVolume } from "../drivers/volume-driver.ts";
import { holdProblems } from "../drivers/volume-holders.ts";
import {
  containsUnknown,
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  unwrapMap,
} from "../values.ts";
import type { GuestImage } from "./guest-machine.ts";
import { attachedVolumes } from "./guest-volume-inputs.ts";
import type { CheckFailure } from "./resource.ts";

type Holder = Pick<GuestSummary, "id" | "owner" | "volumes">;

/** `image` is undefined when it is not known yet, or not here. */
export async function volumeMachineFailures(
  driver: Driver,
  image: GuestImage | undefined,
  value: PropertyValue | undefined,
  isOwn: (holder: Holder) => boolean,
): Promise<CheckFailure[]> {
  if (!isPropertyList(value)) return [];
  const { volumes: store, name } = driver;
  if (store === undefined) {
    return [{ property: "volumes", reason: `guests of the driver "${name}" have no volumes` }];
  }
  const failures: CheckFailure[] = [];
  const libraries = image?.manifest?.libraries;
  if (libraries !== undefined && !libraries.some((library) => library.name === "volumes")) {
    const reason =
      'the image has no library "volumes", which mounts them; add it to the libraries of the Image';
    failures.push({ property: "volumes", reason });
  }
  // What is not known yet is not made yet.
  const isKnown = (index: number) => {
    const volume = value[index];
    return isPropertyMap(volume) && !containsUnknown(volume.volume ?? null);
  };
  const volumes = attachedVolumes(value);
  for (const [index, { volume }] of volumes.entries()) {
    if (!isKnown(index) || (await store.status(volume)) !== undefined) continue;
    const reason = `there is no volume "${volume}" of the driver "${name}" here; a volume can be attached by the driver, and on the host, that it was made with`;
    failures.push({ property: `volumes[${index}].volume`, reason });
  }
  for (const { index, reason } of await holdProblems(driver, volumes, isOwn)) {
    if (isKnown(index)) failures.push({ property: `volumes[${index}].volume`, reason });
  }
  return failures;
}

/** Whether a guest that has volumes is the one that is checked: by its owner or, where the resource
 * was renamed since, because all its volumes are those that the resource asked for before. */
export function isOwnVolume(holder: Holder, owner: string, olds: PropertyMap): boolean {
  if (holder.owner === owner) return true;
  const before = attachedVolumes(unwrapMap(olds).volumes).map(({ volume }) => volume);
  return (holder.volumes ?? []).every(({ volume }) => before.includes(volume));
}

/** What a guest has had is never taken for the rest of an interrupted creation. */
export async function keepVolumes(
  driver: Driver,
  volumes: readonly GuestVolume[] = [],
): Promise<void> {
  for (const { volume } of volumes) {
    const status = await driver.volumes?.status(volume);
    if (status !== undefined) await driver.volumes?.mark(volume, status.owner, "kept");
  }
}

/** The input of a guest that was found. */
export function volumeInputs(volumes: readonly GuestVolume[] = []): PropertyMap {
  if (volumes.length === 0) return {};
  return {
    volumes: volumes.map(({ volume, path, readOnly, sizeBytes }) => ({
      volume,
      path,
      readOnly,
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
    })),
  };
}
