// Which guest has which host port, and moving ports from one running guest to another of the
// same owner: a replacement starts on a port that QEMU chooses and takes the fixed one over once
// it is healthy, so that its predecessor serves until then.
import type { PortForward } from "../driver.ts";
import { forwardRule, listener, matchForwards, parseUserNetwork } from "./forwards.ts";
import { overlaps } from "./ports.ts";

/** A guest as far as its ports go. */
export interface PortHolder {
  readonly id: string;
  readonly owner: string;
  /** As they were asked for. */
  readonly ports: readonly PortForward[];
  /** As they are; null where a forward was taken over by a successor. */
  readonly forwards: readonly (PortForward | null)[];
}

/** QEMU's monitor as people use it. */
export interface Monitor {
  human(line: string): Promise<string>;
}

/** Where guests run whose network is QEMU's own, and how their QEMUs are reached. */
export interface PortHost {
  /** The user-mode network's name in QEMU's monitor. */
  readonly network: string;
  holders(): Promise<readonly PortHolder[]>;
  isRunning(id: string): Promise<boolean>;
  withMonitor<Result>(id: string, use: (monitor: Monitor) => Promise<Result>): Promise<Result>;
  saveForwards(id: string, forwards: PortHolder["forwards"]): Promise<void>;
  /** Why nobody could listen on a port there, or null. */
  whyUnavailable(port: PortForward): Promise<string | null>;
}

export class PortTable {
  readonly #host: PortHost;

  constructor(host: PortHost) {
    this.#host = host;
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

  /** The forwards of a guest that runs, with the ports that QEMU chose. */
  async resolve(guest: PortHolder): Promise<(PortForward | null)[]> {
    const asked = guest.forwards.map((forward, index) => forward ?? guest.ports[index]);
    const wanted = asked.filter((forward) => forward !== undefined);
    // QEMU does not start without its fixed ports: only for chosen ones must it be asked.
    const isKnown = guest.forwards.every((forward) => forward !== null && forward.host !== 0);
    return isKnown ? wanted : matchForwards(wanted, await this.actual(guest.id));
  }

  /** What QEMU forwards; nothing when it has ended meanwhile. */
  async actual(id: string): Promise<PortForward[]> {
    try {
      return await this.#host.withMonitor(id, async (monitor) =>
        parseUserNetwork(await monitor.human("info usernet")),
      );
    } catch (error) {
      if (!(await this.#host.isRunning(id))) return [];
      throw error;
    }
  }

  async take(id: string, ports: readonly PortForward[]): Promise<readonly PortForward[]> {
    const guest = (await this.#host.holders()).find((holder) => holder.id === id);
    if (guest === undefined) throw new Error(`there is no guest ${id} that could take ports`);
    let { forwards } = guest;
    for (const [index, port] of ports.entries()) {
      const current = forwards[index] ?? null;
      if (port.host === 0 || (current !== null && current.host === port.host)) continue;
      const holder = await this.#holder(port);
      if (holder !== undefined && holder.owner !== guest.owner) {
        throw new Error(`ports[${index}]: ${heldBy(port, holder)}`);
      }
      await this.#move(port, holder, id);
      if (current !== null) await this.#remove(id, current);
      forwards = forwards.with(index, port);
      await this.#host.saveForwards(id, forwards);
    }
    return forwards.filter((forward) => forward !== null);
  }

  /** Guests of an owner get back fixed ports that they lost to a successor that is gone. */
  async giveBack(owner: string): Promise<void> {
    for (const guest of await this.#host.holders()) {
      if (guest.owner !== owner || !(await this.#host.isRunning(guest.id))) continue;
      const actual = await this.actual(guest.id);
      const has = (port: PortForward) => actual.some((forward) => overlaps(forward, port));
      let { forwards } = guest;
      for (const [index, port] of guest.ports.entries()) {
        const current = forwards[index] ?? null;
        // One that listens on a port of QEMU's choice is itself waiting for its predecessor.
        if (port.host === 0 || (current !== null && current.host !== port.host)) continue;
        if (!has(port)) {
          if ((await this.#host.whyUnavailable(port)) !== null) continue;
          await this.add(guest.id, port);
        }
        forwards = forwards.with(index, port);
      }
      if (JSON.stringify(forwards) !== JSON.stringify(guest.forwards)) {
        await this.#host.saveForwards(guest.id, forwards);
      }
    }
  }

  /** Forwards a port to a guest that runs. */
  add(id: string, port: PortForward): Promise<void> {
    return this.#host.withMonitor(id, (monitor) => this.#forward(monitor, port));
  }

  async #problem(owner: string, port: PortForward): Promise<string | null> {
    if (port.host === 0) return null;
    const holder = await this.#holder(port);
    if (holder === undefined) return this.#host.whyUnavailable(port);
    return holder.owner === owner ? null : heldBy(port, holder);
  }

  /** The running guest of ours that has this host port. */
  async #holder(port: PortForward): Promise<PortHolder | undefined> {
    for (const holder of await this.#host.holders()) {
      const has = holder.forwards.some((forward) => forward !== null && overlaps(forward, port));
      if (has && (await this.#host.isRunning(holder.id))) return holder;
    }
    return undefined;
  }

  async #move(port: PortForward, holder: PortHolder | undefined, to: string): Promise<void> {
    if (holder === undefined) {
      await this.add(to, port);
      return;
    }
    const lost = holder.forwards.filter(
      (forward): forward is PortForward => forward !== null && overlaps(forward, port),
    );
    // Both are connected before the port is given up: nobody listens for less than a millisecond.
    await this.#host.withMonitor(to, (taker) =>
      this.#host.withMonitor(holder.id, async (giver) => {
        for (const forward of lost) await this.#giveUp(giver, forward);
        try {
          await this.#forward(taker, port);
        } catch (error) {
          for (const forward of lost) await this.#forward(giver, forward);
          throw error;
        }
      }),
    );
    const forwards = holder.forwards.map((forward) =>
      forward !== null && lost.includes(forward) ? null : forward,
    );
    await this.#host.saveForwards(holder.id, forwards);
  }

  #remove(id: string, forward: PortForward): Promise<void> {
    return this.#host.withMonitor(id, (monitor) => this.#giveUp(monitor, forward));
  }

  async #forward(monitor: Monitor, forward: PortForward): Promise<void> {
    const line = `hostfwd_add ${this.#host.network} ${forwardRule(forward)}`;
    const answer = (await monitor.human(line)).trim();
    if (answer !== "") throw new Error(`QEMU refused to forward ${listener(forward)}: ${answer}`);
  }

  /** Fine when there is no such forward: an interrupted takeover may have removed it. */
  async #giveUp(monitor: Monitor, forward: PortForward): Promise<void> {
    const line = `hostfwd_remove ${this.#host.network} ${listener(forward)}`;
    const answer = await monitor.human(line);
    if (!/ (removed|not found)\s*$/.test(answer)) {
      throw new Error(`QEMU did not give up ${listener(forward)}: ${answer.trim()}`);
    }
  }
}

function heldBy(port: PortForward, holder: PortHolder): string {
  return `${port.protocol} port ${port.host} of ${port.address} is in use by the guest ${holder.id} (${holder.owner}); choose another port or remove that guest`;
}
