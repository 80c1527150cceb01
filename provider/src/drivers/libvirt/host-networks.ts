// Networks of a libvirt host that were made here: each is one of libvirt's, with a record beside the
// host's volumes. Who is in it is what the domains' records say; libvirt's DHCP and name server are
// told of it afterwards, so that whatever a crash leaves there belongs to a domain.
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
} from "../networks/cidr.ts";
import type {
  Attachment,
  NetworkDriver,
  NetworkProblem,
  NetworkSummary,
  WantedNetwork,
} from "../networks/networks.ts";
import type { Connections } from "./connections.ts";
import { type Domains, isActiveState } from "./domains.ts";
import { networkXml } from "./network-xml.ts";
import { type GuestRecord, parseRecord } from "./record.ts";
import { VirtualNetworks } from "./virtual-networks.ts";
import { type Pool, Volumes } from "./volumes.ts";

const RECORD = ".network.json";

type Guest = Pick<GuestRecord, "id" | "owner" | "networks" | "interfaces">;
interface Member extends Attachment {
  readonly guest: string;
  readonly owner: string;
  /** What it is to be called. */
  readonly name: string;
  readonly isRunning: boolean;
}

export class HostNetworks implements NetworkDriver {
  readonly #records: Volumes;
  readonly #networks: VirtualNetworks;
  readonly #domains: Domains;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(connections: Connections, pool: Pool, domains: Domains) {
    this.#records = new Volumes(connections, pool);
    this.#networks = new VirtualNetworks(connections);
    this.#domains = domains;
  }

  /** As they are now, whatever was asked for. */
  async list(): Promise<NetworkSummary[]> {
    const ids = (await this.#records.list())
      .filter((name) => name.endsWith(RECORD))
      .map((name) => name.slice(0, -RECORD.length));
    const found = await Promise.all(ids.map((id) => this.#describe(id)));
    return found.filter((network) => network !== undefined);
  }

  async apply(network: Omit<NetworkSummary, "progress">): Promise<void> {
    const { id, isolated = false } = network;
    const cidr = parseCidr(network.cidr);
    if (cidr === undefined) throw new Error(`${network.cidr} are no addresses of a network`);
    await this.#records.ensurePool();
    const progress = (await this.#record(id))?.progress ?? "creating";
    await this.#save({ ...network, isolated, progress });
    if ((await this.#networks.find(id)) === undefined) {
      await this.#networks.define(networkXml({ id, cidr, isolated }));
    }
    await this.#networks.start(id);
  }

  async mark(id: string, owner: string, progress: NetworkSummary["progress"]): Promise<void> {
    const record = await this.#record(id);
    if (record === undefined || (record.owner === owner && record.progress === progress)) return;
    await this.#save({ ...record, owner, progress });
  }

  async status(id: string): Promise<"running" | "stopped" | "absent"> {
    if ((await this.#record(id)) === undefined) return "absent";
    // One that somebody has undefined is made again when it is started again.
    return (await this.#networks.find(id))?.isActive ? "running" : "stopped";
  }

  /** Refuses while guests run in it. */
  async remove(id: string): Promise<void> {
    // Somebody else's of the same name is none of our business.
    if ((await this.#record(id)) === undefined) return;
    const users = (await this.#members(id)).filter(({ isRunning }) => isRunning);
    if (users.length > 0) {
      const who = users.map(({ guest, owner }) => `${guest} (${owner})`).join(", ");
      throw new Error(`the network ${id} is used by ${who}; remove these guests first`);
    }
    await this.#networks.remove(id);
    await this.#records.remove(`${id}${RECORD}`);
  }

  async overlapping(owner: string, cidr: Cidr): Promise<NetworkSummary[]> {
    return (await this.list()).filter((network) => {
      const other = parseCidr(network.cidr);
      return network.owner !== owner && other !== undefined && overlap(other, cidr);
    });
  }

  async problems(owner: string, wanted: readonly WantedNetwork[]): Promise<NetworkProblem[]> {
    const problems = await Promise.all(
      wanted.map(async (one, index) => {
        const found = await this.#problem(owner, one);
        return found === undefined ? [] : [{ index, ...found }];
      }),
    );
    return problems.flat();
  }

  /** The interfaces that a guest is going to have: those that it has, where they fit. Throws when
   * it cannot be where it wants to be. */
  async plan(guest: Guest): Promise<Attachment[]> {
    const { owner, networks = [] } = guest;
    const problems = await this.problems(owner, networks);
    if (problems.length > 0) {
      throw new Error(
        problems.map(({ index, reason }) => `networks[${index}]: ${reason}`).join("; "),
      );
    }
    return Promise.all(networks.map((wanted, index) => this.#planOne(guest, wanted, index)));
  }

  /** One at a time of those that choose addresses and record them. */
  inTurn<Result>(choose: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(choose);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Gives a guest what its new record says, and takes away what only the old one said. */
  async move(guest: Guest, before: Guest | undefined): Promise<void> {
    const isKept = (one: Attachment) =>
      guest.interfaces?.some(
        ({ network, address }) => network === one.network && address === one.address,
      );
    const left = before?.interfaces?.filter((one) => !isKept(one)) ?? [];
    await this.release(guest, left);
    await this.claim(guest);
  }

  /** Tells libvirt's servers of a guest whose record names its interfaces. */
  async claim({ networks = [], interfaces = [] }: Guest): Promise<void> {
    for (const { network, address, mac, index } of interfaces) {
      const name = networks[index]?.name ?? "";
      await this.#networks.addAddress(network, mac, address);
      const { names = [] } = (await this.#networks.find(network)) ?? {};
      // An earlier guest at this address may have been called otherwise.
      const stale = names.filter((one) => one.address === address && one.name !== name);
      for (const one of stale) await this.#networks.removeName(network, address, one.name);
      // A predecessor keeps it until it is taken.
      await this.#networks.addName(network, address, name);
    }
  }

  /** The guest is the one that its names mean from now on. */
  async takeNames({ networks = [], interfaces = [] }: Guest): Promise<void> {
    for (const { network, address, index } of interfaces) {
      const name = networks[index]?.name ?? "";
      const { names = [] } = (await this.#networks.find(network)) ?? {};
      if (names.some((one) => one.address === address && one.name === name)) continue;
      for (const one of names.filter((other) => other.name === name)) {
        await this.#networks.removeName(network, one.address, name);
      }
      await this.#networks.addName(network, address, name);
    }
  }

  /** Takes these interfaces away from a guest; its names go back to one of the same owner. */
  async release(guest: Guest, interfaces: readonly Attachment[]): Promise<void> {
    for (const { network, address, mac } of interfaces) {
      const members = (await this.#members(network)).filter((one) => one.guest !== guest.id);
      // Who has stopped may have been followed at the same address.
      if (members.some((one) => one.address === address)) continue;
      const found = await this.#networks.find(network);
      if (found === undefined) continue;
      await this.#networks.removeAddress(network, mac, address);
      for (const { name } of found.names.filter((one) => one.address === address)) {
        await this.#networks.removeName(network, address, name);
        const heir = members.find((one) => one.name === name && one.isRunning);
        if (heir !== undefined) await this.#networks.addName(network, heir.address, name);
      }
    }
  }

  async #planOne(guest: Guest, wanted: WantedNetwork, index: number): Promise<Attachment> {
    const record = await this.#describe(wanted.network);
    const cidr = parseCidr(record?.cidr ?? "");
    if (record === undefined || cidr === undefined) throw new Error(`${wanted.network} is gone`);
    const members = (await this.#members(record.id)).filter((one) => one.guest !== guest.id);
    const had = guest.interfaces?.find(({ network }) => network === record.id)?.address;
    const kept = wanted.address ?? had;
    const isHeld = members.some((one) => one.address === kept && one.isRunning);
    if (wanted.address !== undefined && isHeld) {
      throw new Error(`networks: ${kept} of ${record.name} belongs to another guest`);
    }
    const taken = new Set(members.map((one) => parseAddress(one.address) ?? 0));
    for (const address of (await this.#networks.find(record.id))?.addresses ?? []) {
      taken.add(parseAddress(address) ?? 0);
    }
    const number = kept === undefined || isHeld ? freeAddress(cidr, taken) : parseAddress(kept);
    if (number === undefined) {
      throw new Error(`networks: ${record.name} (${record.cidr}) has no free address left`);
    }
    return {
      network: record.id,
      networkName: record.name,
      address: formatAddress(number),
      bits: cidr.bits,
      mac: hardwareAddress(number),
      nameServer: formatAddress(serverAddress(cidr)),
      index,
    };
  }

  async #problem(
    owner: string,
    { network, name, address }: WantedNetwork,
  ): Promise<Omit<NetworkProblem, "index"> | undefined> {
    const record = await this.#describe(network);
    const cidr = parseCidr(record?.cidr ?? "");
    if (record === undefined || cidr === undefined) {
      const reason = `there is no network ${network} on this libvirt host; make it part of the program as a Network with the same driver`;
      return { property: "network", reason };
    }
    const number = address === undefined ? undefined : (parseAddress(address) ?? 0);
    if (number !== undefined && !isGuestAddress(cidr, number)) {
      const first = formatAddress(serverAddress(cidr) + 1);
      const reason = `${address} is no address for a guest of ${record.name} (${record.cidr}); these begin with ${first}`;
      return { property: "address", reason };
    }
    const others = (await this.#members(network)).filter(
      (one) => one.owner !== owner && one.isRunning,
    );
    const byName = others.find((one) => one.name === name);
    if (byName !== undefined) {
      const reason = `"${name}" is the name of ${byName.guest} (${byName.owner}) in ${record.name}; give one of the two another name`;
      return { property: "name", reason };
    }
    const byAddress = others.find((one) => one.address === address);
    if (byAddress === undefined) return undefined;
    const reason = `${address} is the address of ${byAddress.guest} (${byAddress.owner}) in ${record.name}; choose another one`;
    return { property: "address", reason };
  }

  /** By their addresses. */
  async #members(network: string): Promise<Member[]> {
    const members = (await this.#domains.list()).flatMap(({ name, metadata, state }) => {
      const { owner = "", networks = [], interfaces = [] } = parseRecord(metadata, name) ?? {};
      return interfaces
        .filter((one) => one.network === network)
        .map((one) => ({
          ...one,
          ...{ guest: name, owner, isRunning: isActiveState(state) },
          name: networks[one.index]?.name ?? "",
        }));
    });
    const number = ({ address }: Member) => parseAddress(address) ?? 0;
    return members.sort((one, other) => number(one) - number(other));
  }

  /** The record, with what libvirt says now. */
  async #describe(id: string): Promise<NetworkSummary | undefined> {
    const record = await this.#record(id);
    const found = record && (await this.#networks.find(id));
    return record && { ...record, ...(found && { cidr: found.cidr, isolated: found.isolated }) };
  }

  async #record(id: string): Promise<NetworkSummary | undefined> {
    const bytes = await this.#records.read(`${id}${RECORD}`);
    try {
      const value: unknown = JSON.parse(bytes?.toString("utf8") ?? "");
      return isSummary(value) && value.id === id ? value : undefined;
    } catch {
      return undefined;
    }
  }

  async #save(record: NetworkSummary): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(record));
    await this.#records.write(`${record.id}${RECORD}`, bytes, { mode: "0600" });
  }
}

function isSummary(value: unknown): value is NetworkSummary {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof NetworkSummary, unknown>>;
  const texts = [record.id, record.owner, record.name, record.cidr];
  const isKnown = ["creating", "created", "kept"].includes(String(record.progress));
  return texts.every((text) => typeof text === "string") && isKnown;
}
