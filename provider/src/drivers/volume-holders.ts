// Which running guest has a volume. The lock itself is the disk's, held by the guest's process; this
// tells beforehand, and in words.
import type { Driver, GuestSummary } from "./driver.ts";
import { type AttachedTo, deviceName, type GuestVolume } from "./volume-driver.ts";

export interface VolumeHolder extends AttachedTo {
  readonly owner: string;
}

type Guests = Pick<Driver, "guests" | "status">;

/** The guests that run, or are starting, and have one of these volumes. */
export async function holdersOf(
  driver: Guests,
  volumes: readonly Pick<GuestVolume, "volume">[],
): Promise<GuestSummary[]> {
  if (volumes.length === 0) return [];
  const wanted = new Set(volumes.map(({ volume }) => volume));
  const candidates = (await driver.guests()).filter((guest) =>
    guest.volumes?.some(({ volume }) => wanted.has(volume)),
  );
  const running = await Promise.all(candidates.map(({ id }) => isRunning(driver, id)));
  return candidates.filter((_guest, index) => running[index]);
}

export async function holderOf(driver: Guests, volume: string): Promise<VolumeHolder | undefined> {
  const [guest] = await holdersOf(driver, [{ volume }]);
  if (guest === undefined) return undefined;
  const index = guest.volumes?.findIndex((attached) => attached.volume === volume) ?? 0;
  return { guest: guest.id, owner: guest.owner, device: deviceName(index) };
}

/** Why a guest cannot have these volumes now, with their index; empty when it can. */
export async function holdProblems(
  driver: Guests,
  volumes: readonly GuestVolume[],
  isOwn: (holder: { readonly id: string; readonly owner: string }) => boolean,
): Promise<{ readonly index: number; readonly reason: string }[]> {
  const holders = (await holdersOf(driver, volumes)).filter((guest) => !isOwn(guest));
  return volumes.flatMap(({ volume }, index) => {
    const holder = holders.find((guest) =>
      guest.volumes?.some((attached) => attached.volume === volume),
    );
    if (holder === undefined) return [];
    const reason = `the volume ${volume} is attached to the guest ${holder.id} (${holder.owner}), and can be attached to one guest at a time; detach it there first`;
    return [{ index, reason }];
  });
}

/** The same, as an error. */
export async function refuseHeld(
  driver: Guests,
  guest: string,
  volumes: readonly GuestVolume[] = [],
): Promise<void> {
  const problems = await holdProblems(driver, volumes, ({ id }) => id === guest);
  if (problems.length === 0) return;
  throw new Error(problems.map(({ index, reason }) => `volumes[${index}]: ${reason}`).join("; "));
}

async function isRunning(driver: Guests, id: string): Promise<boolean> {
  const { state } = await driver.status(id);
  return state === "running" || state === "starting";
}
