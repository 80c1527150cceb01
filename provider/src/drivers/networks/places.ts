// Guests' places in networks: giving them, and who has them. A place is a file whose name is the
// address, so that no two guests get the same one, whoever asks at the same time.
import { join } from "node:path";
import { findAll } from "../guest-processes.ts";
import {
  formatAddress,
  freeAddress,
  hardwareAddress,
  isGuestAddress,
  parseAddress,
  parseCidr,
  serverAddress,
} from "./cidr.ts";
import {
  claimPlace,
  type NetworkFiles,
  type NetworkRecord,
  networkFiles,
  readNetwork,
  readNetworks,
  readPlaces,
  removePlace,
  writePlace,
} from "./files.ts";
import type { Place } from "./members.ts";
import type { Attachment, NetworkProblem, WantedNetwork } from "./networks.ts";

/** A guest runs at the latest this long after it was given its places. */
const START_MS = 60_000;

/** Whom places are given to. */
export interface Guest {
  readonly id: string;
  readonly owner: string;
  readonly networks?: readonly WantedNetwork[] | undefined;
}

/** Why a guest of this owner cannot be in this network. */
export async function problemOf(
  home: string,
  owner: string,
  { network, name, address }: WantedNetwork,
): Promise<Omit<NetworkProblem, "index"> | undefined> {
  const files = networkFiles(home, network);
  const record = await readNetwork(files);
  const cidr = parseCidr(record?.cidr ?? "");
  if (record === undefined || cidr === undefined) {
    return {
      property: "network",
      reason: `there is no network ${network} on this machine; make it part of the program as a Network`,
    };
  }
  const number = address === undefined ? undefined : (parseAddress(address) ?? 0);
  if (number !== undefined && !isGuestAddress(cidr, number)) {
    const first = formatAddress(serverAddress(cidr) + 1);
    return {
      property: "address",
      reason: `${address} is no address for a guest of ${record.name} (${record.cidr}); these begin with ${first}`,
    };
  }
  const others = await heldByOthers(home, files, owner);
  const byName = others.find((place) => place.name === name);
  if (byName !== undefined) {
    return {
      property: "name",
      reason: `"${name}" is the name of ${byName.guest} (${byName.owner}) in ${record.name}; give one of the two another name`,
    };
  }
  const byAddress = others.find((place) => place.address === address);
  if (byAddress === undefined) return undefined;
  return {
    property: "address",
    reason: `${address} is the address of ${byAddress.guest} (${byAddress.owner}) in ${record.name}; choose another one`,
  };
}

/** The place that a guest has already, or else a free one. */
export async function claim(
  home: string,
  files: NetworkFiles,
  guest: Guest,
  wanted: WantedNetwork,
  how: Pick<Place, "kind" | "index" | "others">,
): Promise<Attachment> {
  const record = await readNetwork(files);
  const cidr = parseCidr(record?.cidr ?? "");
  if (record === undefined || cidr === undefined) throw new Error(`${files.id} is gone`);
  const places = await readPlaces(files);
  const had = places.find((place) => place.guest === guest.id);
  if (had !== undefined && (wanted.address ?? had.address) === had.address) {
    const claimedMs = Date.now();
    const place = { ...had, ...how, owner: guest.owner, name: wanted.name, claimedMs };
    await writePlace(files, place);
    return attachmentOf(record, place);
  }
  if (had !== undefined) await removePlace(files, had);
  const taken = new Set(places.map(({ address }) => parseAddress(address) ?? 0));
  for (;;) {
    const free = wanted.address === undefined ? freeAddress(cidr, taken) : undefined;
    const address = wanted.address ?? (free === undefined ? undefined : formatAddress(free));
    if (address === undefined) {
      if (await forgetDead(home, files, guest.owner)) return claim(home, files, guest, wanted, how);
      throw new Error(`networks: ${record.name} (${record.cidr}) has no free address left`);
    }
    const { id, owner } = guest;
    const times = { claimedMs: Date.now(), takenMs: 0 };
    const place = { address, guest: id, owner, name: wanted.name, ...times, ...how };
    if (await claimPlace(files, place)) return attachmentOf(record, place);
    taken.add(parseAddress(address) ?? 0);
    if (wanted.address === undefined) continue;
    if (await forgetDead(home, files, guest.owner)) continue;
    throw new Error(`networks: ${address} of ${record.name} belongs to another guest`);
  }
}

/** Places of guests that do not run any more are free again; false when there are none. */
async function forgetDead(home: string, files: NetworkFiles, owner: string): Promise<boolean> {
  const running = await runningIn(home, files);
  const held = [...running, ...(await heldByOthers(home, files, owner))];
  const kept = new Set(held.map(({ address }) => address));
  const dead = (await readPlaces(files)).filter(({ address }) => !kept.has(address));
  for (const place of dead) await removePlace(files, place);
  return dead.length > 0;
}

/** Places of others' guests that run, or are about to. */
async function heldByOthers(home: string, files: NetworkFiles, owner: string): Promise<Place[]> {
  const running = new Set((await runningIn(home, files)).map(({ guest }) => guest));
  return (await readPlaces(files)).filter(
    (place) =>
      place.owner !== owner &&
      (running.has(place.guest) || Date.now() - place.claimedMs < START_MS),
  );
}

/** Places of guests with a process. */
export async function runningIn(home: string, files: NetworkFiles): Promise<Place[]> {
  const places = await readPlaces(files);
  const states = await Promise.all(
    places.map(async ({ guest }) => {
      const directory = join(home, "guests", guest);
      const found = await findAll({ id: guest, directory, record: "" }, () => "any");
      return found.length > 0;
    }),
  );
  return places.filter((_, index) => states[index]);
}

export async function placesOf(
  home: string,
  guestId: string,
): Promise<{ readonly files: NetworkFiles; readonly places: readonly Place[] }[]> {
  const all = await Promise.all(
    (await readNetworks(home)).map(async ({ id }) => {
      const files = networkFiles(home, id);
      const places = (await readPlaces(files)).filter(({ guest }) => guest === guestId);
      return { files, places };
    }),
  );
  return all.filter(({ places }) => places.length > 0);
}

export function fits(place: Place, wanted: WantedNetwork, index: number): boolean {
  const isAddressFine = wanted.address === undefined || wanted.address === place.address;
  return isAddressFine && place.name === wanted.name && place.index === index;
}

export function attachmentOf(record: NetworkRecord, { address, index }: Place): Attachment {
  const cidr = parseCidr(record.cidr) ?? { address: 0, bits: 0 };
  return {
    network: record.id,
    networkName: record.name,
    address,
    bits: cidr.bits,
    mac: hardwareAddress(parseAddress(address) ?? 0),
    nameServer: formatAddress(serverAddress(cidr)),
    index,
  };
}
