// Networks of guests that are processes of this user. Each is a directory with who is in it, and a
// switch: a process that connects their sockets. Every step can be repeated after a crash at any
// point, and a switch that died is started again by whatever needs it next.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { findAll } from "../guest-processes.ts";
import {
  type Cidr,
  formatAddress,
  freeAddress,
  hardwareAddress,
  isGuestAddress,
  overlap,
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
  replaceFile,
  writeNetwork,
  writePlace,
} from "./files.ts";
import { membersText, named, type Place } from "./members.ts";
import type { Attachment, NetworkProblem, NetworkSummary, WantedNetwork } from "./networks.ts";
import { findSwitch, refreshSwitch, stopSwitch } from "./switch-process.ts";

/** A guest runs at the latest this long after it was given its places. */
const START_MS = 60_000;

export interface LocalNetworksOptions {
  /** Where the directories `networks` and `guests` are. */
  readonly home: string;
  /** The switch's program. */
  readonly program?: () => Promise<string>;
}

/** Whom places are given to. */
export interface Guest {
  readonly id: string;
  readonly owner: string;
  readonly networks?: readonly WantedNetwork[] | undefined;
}

export class LocalNetworks {
  readonly #home: string;
  readonly #program: () => Promise<string>;
  /** One change of a network at a time. */
  readonly #changes = new Map<string, Promise<unknown>>();

  constructor(options: LocalNetworksOptions) {
    this.#home = options.home;
    this.#program = options.program ?? builtSwitch;
  }

  async list(): Promise<NetworkSummary[]> {
    return readNetworks(this.#home);
  }

  /** Makes the network be there and its switch run; does nothing when that is so. */
  async apply(network: Omit<NetworkSummary, "progress">): Promise<void> {
    const { id, owner, name, cidr } = network;
    const files = networkFiles(this.#home, id);
    const progress = (await readNetwork(files))?.progress ?? "creating";
    await writeNetwork(files, { format: 1, id, owner, name, cidr, progress });
    await this.#publish(files);
  }

  async mark(id: string, owner: string, progress: NetworkSummary["progress"]): Promise<void> {
    const files = networkFiles(this.#home, id);
    const record = await readNetwork(files);
    if (record === undefined || (record.owner === owner && record.progress === progress)) return;
    await writeNetwork(files, { ...record, owner, progress });
  }

  async status(id: string): Promise<"running" | "stopped" | "absent"> {
    const files = networkFiles(this.#home, id);
    if ((await readNetwork(files)) === undefined) return "absent";
    return (await findSwitch(files)) === undefined ? "stopped" : "running";
  }

  /** Ends the switch and forgets the network; succeeds when there is none. Refuses while guests
   * run in it. */
  async remove(id: string): Promise<void> {
    const files = networkFiles(this.#home, id);
    const users = await this.#runningIn(files);
    if (users.length > 0) {
      const who = users.map(({ guest, owner }) => `${guest} (${owner})`).join(", ");
      throw new Error(`the network ${id} is used by ${who}; remove these guests first`);
    }
    await stopSwitch(files);
    await rm(files.directory, { recursive: true, force: true });
  }

  /** Networks of other owners with the same addresses. */
  async overlapping(owner: string, cidr: Cidr): Promise<NetworkSummary[]> {
    return (await this.list()).filter((network) => {
      const other = parseCidr(network.cidr);
      return network.owner !== owner && other !== undefined && overlap(other, cidr);
    });
  }

  /** Why a guest of this owner cannot be in these networks. */
  async problems(owner: string, wanted: readonly WantedNetwork[]): Promise<NetworkProblem[]> {
    const problems = await Promise.all(
      wanted.map(async (one, index) => {
        const found = await this.#problem(owner, one);
        return found === undefined ? [] : [{ index, ...found }];
      }),
    );
    return problems.flat();
  }

  /** The places that a guest has; undefined when they are not all those that it wants. */
  async attached(guest: Guest): Promise<readonly Attachment[] | undefined> {
    const attachments: Attachment[] = [];
    for (const [index, wanted] of (guest.networks ?? []).entries()) {
      const files = networkFiles(this.#home, wanted.network);
      const record = await readNetwork(files);
      const place = (await readPlaces(files)).find(
        (candidate) => candidate.guest === guest.id && fits(candidate, wanted, index),
      );
      if (record === undefined || place === undefined) return undefined;
      attachments.push(attachmentOf(record, place));
    }
    return attachments;
  }

  /** Throws when a guest cannot be in its networks. */
  async demand({ owner, networks = [] }: Guest): Promise<void> {
    const problems = await this.problems(owner, networks);
    if (problems.length === 0) return;
    const reasons = problems.map(({ index, reason }) => `networks[${index}]: ${reason}`);
    throw new Error(reasons.join("; "));
  }

  /** Gives a guest its places, and takes those away that it does not want any more. */
  async attach(guest: Guest, kind: Place["kind"]): Promise<readonly Attachment[]> {
    const wanted = guest.networks ?? [];
    await this.demand(guest);
    await this.#release(
      guest.id,
      wanted.map(({ network }) => network),
    );
    const attachments: Attachment[] = [];
    for (const [index, one] of wanted.entries()) {
      const files = networkFiles(this.#home, one.network);
      const others = index > 0 ? [] : wanted.slice(1).map(({ network }) => network);
      attachments.push(
        await this.#inTurn(files.id, async () => {
          const attachment = await this.#claim(files, guest, one, { kind, index, others });
          await this.#publishNow(files);
          return attachment;
        }),
      );
    }
    return attachments;
  }

  /** The guest is the one that its names mean from now on. */
  async takeNames(guestId: string): Promise<void> {
    for (const { files, places } of await this.#placesOf(guestId)) {
      const holders = named(await readPlaces(files));
      const lost = places.filter((place) => holders.get(place.name)?.guest !== guestId);
      for (const place of lost) {
        const holder = holders.get(place.name);
        const takenMs = Math.max(Date.now(), (holder?.takenMs ?? 0) + 1);
        await writePlace(files, { ...place, takenMs });
      }
      if (lost.length > 0) await this.#publish(files);
    }
  }

  /** Takes all of a guest's places away. */
  release(guestId: string): Promise<void> {
    return this.#release(guestId, []);
  }

  /** The guest belongs to somebody else now. */
  async own(guestId: string, owner: string): Promise<void> {
    for (const { files, places } of await this.#placesOf(guestId)) {
      for (const place of places) await writePlace(files, { ...place, owner });
    }
  }

  async #release(guestId: string, except: readonly string[]): Promise<void> {
    for (const { files, places } of await this.#placesOf(guestId)) {
      if (except.includes(files.id)) continue;
      for (const place of places) await removePlace(files, place);
      // A switch that is dead needs no news.
      if ((await findSwitch(files)) !== undefined) await this.#publish(files);
    }
  }

  async #problem(
    owner: string,
    { network, name, address }: WantedNetwork,
  ): Promise<Omit<NetworkProblem, "index"> | undefined> {
    const files = networkFiles(this.#home, network);
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
    const others = await this.#heldByOthers(files, owner);
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
  async #claim(
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
        if (await this.#forgetDead(files, guest.owner))
          return this.#claim(files, guest, wanted, how);
        throw new Error(`networks: ${record.name} (${record.cidr}) has no free address left`);
      }
      const { id, owner } = guest;
      const times = { claimedMs: Date.now(), takenMs: 0 };
      const place = { address, guest: id, owner, name: wanted.name, ...times, ...how };
      if (await claimPlace(files, place)) return attachmentOf(record, place);
      taken.add(parseAddress(address) ?? 0);
      if (wanted.address === undefined) continue;
      if (await this.#forgetDead(files, guest.owner)) continue;
      throw new Error(`networks: ${address} of ${record.name} belongs to another guest`);
    }
  }

  /** Places of guests that do not run any more are free again; false when there are none. */
  async #forgetDead(files: NetworkFiles, owner: string): Promise<boolean> {
    const running = await this.#runningIn(files);
    const held = [...running, ...(await this.#heldByOthers(files, owner))];
    const kept = new Set(held.map(({ address }) => address));
    const dead = (await readPlaces(files)).filter(({ address }) => !kept.has(address));
    for (const place of dead) await removePlace(files, place);
    return dead.length > 0;
  }

  /** Places of others' guests that run, or are about to. */
  async #heldByOthers(files: NetworkFiles, owner: string): Promise<Place[]> {
    const running = new Set((await this.#runningIn(files)).map(({ guest }) => guest));
    return (await readPlaces(files)).filter(
      (place) =>
        place.owner !== owner &&
        (running.has(place.guest) || Date.now() - place.claimedMs < START_MS),
    );
  }

  /** Writes the switch's file and has it read. */
  #publish(files: NetworkFiles): Promise<void> {
    return this.#inTurn(files.id, () => this.#publishNow(files));
  }

  async #publishNow(files: NetworkFiles): Promise<void> {
    const record = await readNetwork(files);
    const cidr = parseCidr(record?.cidr ?? "");
    if (cidr === undefined) return;
    // Another provider may change places meanwhile: the last to write has seen all of them.
    let text: string;
    do {
      text = membersText(cidr, await readPlaces(files));
      await replaceFile(files.members, text);
    } while (membersText(cidr, await readPlaces(files)) !== text);
    await refreshSwitch(files, this.#program);
  }

  async #inTurn<Result>(id: string, change: () => Promise<Result>): Promise<Result> {
    const before = this.#changes.get(id) ?? Promise.resolve();
    const mine = before.then(change, change);
    this.#changes.set(
      id,
      mine.catch(() => undefined),
    );
    return mine;
  }

  /** Places of guests with a process. */
  async #runningIn(files: NetworkFiles): Promise<Place[]> {
    const places = await readPlaces(files);
    const states = await Promise.all(
      places.map(async ({ guest }) => {
        const directory = join(this.#home, "guests", guest);
        const found = await findAll({ id: guest, directory, record: "" }, () => "any");
        return found.length > 0;
      }),
    );
    return places.filter((_, index) => states[index]);
  }

  async #placesOf(
    guestId: string,
  ): Promise<{ readonly files: NetworkFiles; readonly places: readonly Place[] }[]> {
    const all = await Promise.all(
      (await this.list()).map(async ({ id }) => {
        const files = networkFiles(this.#home, id);
        const places = (await readPlaces(files)).filter(({ guest }) => guest === guestId);
        return { files, places };
      }),
    );
    return all.filter(({ places }) => places.length > 0);
  }
}

function fits(place: Place, wanted: WantedNetwork, index: number): boolean {
  const isAddressFine = wanted.address === undefined || wanted.address === place.address;
  return isAddressFine && place.name === wanted.name && place.index === index;
}

function attachmentOf(record: NetworkRecord, { address, index }: Place): Attachment {
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

async function builtSwitch(): Promise<string> {
  const { ensureSwitch, openStore } = await import("@pulumi-unikernel/toolchain");
  return ensureSwitch(openStore());
}
