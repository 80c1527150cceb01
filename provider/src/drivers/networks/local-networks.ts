// Networks of guests that are processes of this user. Each is a directory with who is in it, and a
// switch: a process that connects their sockets. Every step can be repeated after a crash at any
// point, and a switch that died is started again by whatever needs it next.
import { rm } from "node:fs/promises";
import { type Cidr, overlap, parseCidr } from "./cidr.ts";
import {
  type NetworkFiles,
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
import type {
  Attachment,
  NetworkDriver,
  NetworkProblem,
  NetworkSummary,
  WantedNetwork,
} from "./networks.ts";
import { attachmentOf, claim, fits, type Guest, placesOf, problemOf, runningIn } from "./places.ts";
import { findSwitch, refreshSwitch, stopSwitch } from "./switch-process.ts";

export interface LocalNetworksOptions {
  /** Where the directories `networks` and `guests` are. */
  readonly home: string;
  /** The switch's program. */
  readonly program?: () => Promise<string>;
}

export class LocalNetworks implements NetworkDriver {
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
    const users = await runningIn(this.#home, files);
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
        const found = await problemOf(this.#home, owner, one);
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
          const attachment = await claim(this.#home, files, guest, one, { kind, index, others });
          await this.#publishNow(files);
          return attachment;
        }),
      );
    }
    return attachments;
  }

  /** The guest is the one that its names mean from now on. */
  async takeNames(guestId: string): Promise<void> {
    for (const { files, places } of await placesOf(this.#home, guestId)) {
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
    for (const { files, places } of await placesOf(this.#home, guestId)) {
      for (const place of places) await writePlace(files, { ...place, owner });
    }
  }

  async #release(guestId: string, except: readonly string[]): Promise<void> {
    for (const { files, places } of await placesOf(this.#home, guestId)) {
      if (except.includes(files.id)) continue;
      for (const place of places) await removePlace(files, place);
      // A switch that is dead needs no news.
      if ((await findSwitch(files)) !== undefined) await this.#publish(files);
    }
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
}

async function builtSwitch(): Promise<string> {
  const { ensureSwitch, openStore } = await import("@pulumi-unikernel/toolchain");
  return ensureSwitch(openStore());
}
