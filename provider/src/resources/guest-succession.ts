// Replacing a guest that has volumes, or an address in a network that the program gave it: its
// successor needs the same disks and addresses, which only one guest at a time may have. So the predecessor is stopped before the successor starts, and started again as it
// was when the successor fails.
import type { Driver, GuestSpec, GuestSummary } from "../drivers/driver.ts";
import { holdersOf, holdProblems } from "../drivers/volume-holders.ts";
import type { CallContext } from "./resource.ts";

/** Stops the guests of the same owner that have what `spec` needs, and tells how to start them
 * again. Whatever would keep the successor from starting is refused before. */
export async function stopPredecessors(
  context: CallContext,
  driver: Driver,
  spec: GuestSpec,
): Promise<readonly GuestSpec[]> {
  const { owner, ports, volumes = [] } = spec;
  const held = await holdProblems(driver, volumes, (holder) => holder.owner === owner);
  const reasons = held.map(({ index, reason }) => `volumes[${index}]: ${reason}`);
  for (const { volume } of volumes) {
    if ((await driver.volumes?.status(volume)) !== undefined) continue;
    reasons.push(`there is no volume "${volume}" of the driver "${driver.name}"`);
  }
  const disks = await holdersOf(driver, volumes);
  const isOther = ({ id }: GuestSummary) => disks.every((disk) => disk.id !== id);
  const holders = [...disks, ...(await addressHolders(driver, spec)).filter(isOther)];
  if (holders.length > 0) {
    const problems = await driver.portProblems(owner, ports);
    reasons.push(...problems.map(({ index, reason }) => `ports[${index}].host: ${reason}`));
  }
  if (reasons.length > 0) throw new Error(reasons.join("\n"));
  context.signal.throwIfAborted();
  const stopped: GuestSpec[] = [];
  try {
    for (const { progress: _progress, ...guest } of holders) {
      // Known only while it runs: it is on no disk.
      const configuration = await driver.configuration(guest.id);
      if (configuration === undefined) {
        throw new Error(`what the guest ${guest.id} was given cannot be read; it is left running`);
      }
      const { ports: had } = await driver.status(guest.id);
      const restart = had.length === guest.ports.length ? had : guest.ports;
      context.status(`stopping the guest ${guest.id}, which has the same volumes or addresses`);
      stopped.push({ ...guest, ...configuration, ports: restart });
      await driver.stop(guest.id);
    }
  } catch (error) {
    await restartPredecessors(context, driver, stopped, error);
    throw error;
  }
  return stopped;
}

/** Running guests of the same owner at addresses that `spec` names. */
async function addressHolders(driver: Driver, spec: GuestSpec): Promise<GuestSummary[]> {
  const named = (spec.networks ?? []).flatMap(({ address }) => address ?? []);
  const wanted = driver.address === undefined ? named : [...named, driver.address];
  const holders: GuestSummary[] = [];
  for (const guest of wanted.length === 0 ? [] : await driver.guests()) {
    if (guest.owner !== spec.owner || guest.id === spec.id) continue;
    const { state, addresses = {} } = await driver.status(guest.id);
    const isThere = Object.values(addresses).some((address) => wanted.includes(address));
    if (state === "running" && isThere) holders.push(guest);
  }
  return holders;
}

/** Starts stopped guests again because of an error, to whose message it adds how that went. Not
 * stopped by a cancelled update. */
export async function restartPredecessors(
  context: CallContext,
  driver: Driver,
  stopped: readonly GuestSpec[],
  error: unknown,
): Promise<void> {
  for (const spec of stopped) {
    context.status(`starting the guest ${spec.id} again`);
    const outcome = await driver.apply(spec, new AbortController().signal).then(
      () => `The guest ${spec.id} runs again as before.`,
      (failure: Error) => `The guest ${spec.id} could not be started again: ${failure.message}`,
    );
    if (error instanceof Error) error.message += `\n${outcome}`;
  }
}
