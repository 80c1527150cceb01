// Which guest has which host port, and moving ports from one running guest to another of the
// same owner: a replacement starts on a port that the system chooses and takes the fixed one over
// once it is healthy, so that its predecessor serves until then.
import type { PortForward } from "./driver.ts";
import { matchForwards } from "./match-forwards.ts";
import { overlaps } from "./ports.ts";

/** What is recorded of a guest, as far as ports are concerned. */
export interface PortRecord {
  readonly id: string;
  readonly owner: string;
  /** As they were asked for. */
  readonly ports: readonly PortForward[];
  /** As they are; null where a forward was taken over by a successor. */
  readonly forwards: readonly (PortForward | null)[];
}

/** Changes the forwards of a guest that runs. */
export interface Forwarder {
  list(): Promise<PortForward[]>;
  add(forward: PortForward): Promise<void>;
  /** Fine when there is no such forward: an interrupted takeover may have removed it. */
  remove(forward: PortForward): Promise<void>;
}

/** A driver's records and guests. */
export interface PortBackend<Kept extends PortRecord> {
  read(id: string): Promise<Kept | undefined>;
  readAll(): Promise<readonly Kept[]>;
  write(record: Kept): Promise<void>;
  isRunning(id: string): Promise<boolean>;
  /** Why nobody could listen on a port there, or null. */
  whyUnavailable(port: PortForward): Promise<string | null>;
  withForwarder<Result>(
    id: string,
    use: (forwarder: Forwarder) => Promise<Result>,
  ): Promise<Result>;
}

export class PortTable<Kept extends PortRecord> {
  readonly #backend: PortBackend<Kept>;

  constructor(backend: PortBackend<Kept>) {
    this.#backend = backend;
  }

  async problems(
    owner: string,
    ports: readonly PortForward[],
  ): Promise<{ readonly index: number; readonly reason: string }[]> {
    const found = await Promise.all(
      ports.map(async (port, index) => ({ index, reason: await this.#problem(owner, port) })),
    );
    return found.filter((item): item is { index: number; reason: string } => item.reason !== null);
  }

  /** The forwards with which a guest can start now. Throws when another has a port. */
  async plan(
    id: string,
    owner: string,
    ports: readonly PortForward[],
  ): Promise<readonly PortForward[]> {
    const problems = await this.problems(owner, ports);
    if (problems.length > 0) {
      throw new Error(problems.map(({ index, reason }) => `ports[${index}]: ${reason}`).join("; "));
    }
    return Promise.all(
      ports.map(async (port) => {
        const holder = await this.#holder(port);
        return holder === undefined || holder.id === id ? port : { ...port, host: 0 };
      }),
    );
  }

  /** The forwards of a guest that runs, with the ports that the system chose. */
  async resolve(record: PortRecord): Promise<(PortForward | null)[]> {
    const asked = record.forwards.map((forward, index) => forward ?? record.ports[index]);
    const wanted = asked.filter((forward) => forward !== undefined);
    // No guest starts without its fixed ports: only for chosen ones must it be asked.
    const isKnown = record.forwards.every((forward) => forward !== null && forward.host !== 0);
    return isKnown ? wanted : matchForwards(wanted, await this.actual(record.id));
  }

  /** What is forwarded to a guest; nothing when it has ended meanwhile. */
  async actual(id: string): Promise<PortForward[]> {
    try {
      return await this.#backend.withForwarder(id, (forwarder) => forwarder.list());
    } catch (error) {
      if (!(await this.#backend.isRunning(id))) return [];
      throw error;
    }
  }

  async take(id: string, ports: readonly PortForward[]): Promise<readonly PortForward[]> {
    let record = await this.#backend.read(id);
    if (record === undefined) throw new Error(`there is no guest ${id} that could take ports`);
    for (const [index, port] of ports.entries()) {
      const current = record.forwards[index] ?? null;
      if (port.host === 0 || (current !== null && current.host === port.host)) continue;
      const holder = await this.#holder(port);
      if (holder !== undefined && holder.owner !== record.owner) {
        throw new Error(`ports[${index}]: ${heldBy(port, holder)}`);
      }
      await this.#move(port, holder, id);
      if (current !== null) {
        await this.#backend.withForwarder(id, (forwarder) => forwarder.remove(current));
      }
      record = { ...record, forwards: record.forwards.with(index, port) };
      await this.#backend.write(record);
    }
    return record.forwards.filter((forward) => forward !== null);
  }

  /** Guests of an owner get back fixed ports that they lost to a successor that is gone. */
  async giveBack(owner: string): Promise<void> {
    for (const record of await this.#backend.readAll()) {
      if (record.owner !== owner || !(await this.#backend.isRunning(record.id))) continue;
      const actual = await this.actual(record.id);
      const has = (port: PortForward) => actual.some((forward) => overlaps(forward, port));
      let forwards = record.forwards;
      for (const [index, port] of record.ports.entries()) {
        const current = forwards[index] ?? null;
        // One that listens on a chosen port is itself waiting for its predecessor.
        if (port.host === 0 || (current !== null && current.host !== port.host)) continue;
        if (!has(port)) {
          if ((await this.#backend.whyUnavailable(port)) !== null) continue;
          await this.add(record.id, port);
        }
        forwards = forwards.with(index, port);
      }
      if (JSON.stringify(forwards) !== JSON.stringify(record.forwards)) {
        await this.#backend.write({ ...record, forwards });
      }
    }
  }

  /** Forwards a port to a guest that runs. */
  add(id: string, port: PortForward): Promise<void> {
    return this.#backend.withForwarder(id, (forwarder) => forwarder.add(port));
  }

  async #problem(owner: string, port: PortForward): Promise<string | null> {
    if (port.host === 0) return null;
    const holder = await this.#holder(port);
    if (holder === undefined) return this.#backend.whyUnavailable(port);
    return holder.owner === owner ? null : heldBy(port, holder);
  }

  /** The running guest of ours that has this host port. */
  async #holder(port: PortForward): Promise<Kept | undefined> {
    if (port.host === 0) return undefined;
    for (const record of await this.#backend.readAll()) {
      const has = record.forwards.some((forward) => forward !== null && overlaps(forward, port));
      if (has && (await this.#backend.isRunning(record.id))) return record;
    }
    return undefined;
  }

  async #move(port: PortForward, holder: Kept | undefined, to: string): Promise<void> {
    if (holder === undefined) {
      await this.add(to, port);
      return;
    }
    const lost = holder.forwards.filter(
      (forward): forward is PortForward => forward !== null && overlaps(forward, port),
    );
    // Both are connected before the port is given up: nobody listens for less than a millisecond.
    await this.#backend.withForwarder(to, (taker) =>
      this.#backend.withForwarder(holder.id, async (giver) => {
        for (const forward of lost) await giver.remove(forward);
        try {
          await taker.add(port);
        } catch (error) {
          for (const forward of lost) await giver.add(forward);
          throw error;
        }
      }),
    );
    const forwards = holder.forwards.map((forward) =>
      forward !== null && lost.includes(forward) ? null : forward,
    );
    await this.#backend.write({ ...holder, forwards });
  }
}

function heldBy(port: PortForward, holder: PortRecord): string {
  return `${port.protocol} port ${port.host} of ${port.address} is in use by the guest ${holder.id} (${holder.owner}); choose another port or remove that guest`;
}
