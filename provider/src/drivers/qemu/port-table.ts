// Which guest has which host port, and moving ports from one running guest to another of the
// same owner: a replacement starts on a port that QEMU chooses and takes the fixed one over once
// it is healthy, so that its predecessor serves until then.
import type { PortForward } from "../driver.ts";
import { NETWORK } from "./command-line.ts";
import { type GuestFiles, guestFiles } from "./files.ts";
import { forwardRule, listener, matchForwards, parseUserNetwork } from "./forwards.ts";
import { overlaps, whyUnavailable } from "./ports.ts";
import { findMonitor } from "./processes.ts";
import { type Qmp, withMonitor } from "./qmp.ts";
import { type GuestRecord, readRecord, readRecords, writeRecord } from "./record.ts";

export class PortTable {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
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
  async resolve(files: GuestFiles, record: GuestRecord): Promise<(PortForward | null)[]> {
    const asked = record.forwards.map((forward, index) => forward ?? record.ports[index]);
    const wanted = asked.filter((forward) => forward !== undefined);
    // QEMU does not start without its fixed ports: only for chosen ones must it be asked.
    const isKnown = record.forwards.every((forward) => forward !== null && forward.host !== 0);
    return isKnown ? wanted : matchForwards(wanted, await this.actual(files));
  }

  /** What QEMU forwards; nothing when it has ended meanwhile. */
  async actual(files: GuestFiles): Promise<PortForward[]> {
    try {
      return await withMonitor(files.socket, async (qmp) => parseUserNetwork(await usernet(qmp)));
    } catch (error) {
      if ((await findMonitor(files, undefined)) === undefined) return [];
      throw error;
    }
  }

  async take(id: string, ports: readonly PortForward[]): Promise<readonly PortForward[]> {
    const files = guestFiles(this.#home, id);
    let record = await readRecord(files);
    if (record === undefined) throw new Error(`there is no guest ${id} that could take ports`);
    for (const [index, port] of ports.entries()) {
      const current = record.forwards[index] ?? null;
      if (port.host === 0 || (current !== null && current.host === port.host)) continue;
      const holder = await this.#holder(port);
      if (holder !== undefined && holder.owner !== record.owner) {
        throw new Error(`ports[${index}]: ${heldBy(port, holder)}`);
      }
      await this.#move(port, holder, files);
      if (current !== null) await withMonitor(files.socket, (qmp) => removeForward(qmp, current));
      record = { ...record, forwards: record.forwards.with(index, port) };
      await writeRecord(files, record);
    }
    return record.forwards.filter((forward) => forward !== null);
  }

  /** Guests of an owner get back fixed ports that they lost to a successor that is gone. */
  async giveBack(owner: string): Promise<void> {
    for (const record of await readRecords(this.#home)) {
      if (record.owner !== owner) continue;
      const files = guestFiles(this.#home, record.id);
      if ((await findMonitor(files, record.process)) === undefined) continue;
      const actual = await this.actual(files);
      const has = (port: PortForward) => actual.some((forward) => overlaps(forward, port));
      let forwards = record.forwards;
      for (const [index, port] of record.ports.entries()) {
        const current = forwards[index] ?? null;
        // One that listens on a port of QEMU's choice is itself waiting for its predecessor.
        if (port.host === 0 || (current !== null && current.host !== port.host)) continue;
        if (!has(port)) {
          if ((await whyUnavailable(port)) !== null) continue;
          await withMonitor(files.socket, (qmp) => addForward(qmp, port));
        }
        forwards = forwards.with(index, port);
      }
      if (JSON.stringify(forwards) !== JSON.stringify(record.forwards)) {
        await writeRecord(files, { ...record, forwards });
      }
    }
  }

  async #problem(owner: string, port: PortForward): Promise<string | null> {
    if (port.host === 0) return null;
    const holder = await this.#holder(port);
    if (holder === undefined) return whyUnavailable(port);
    return holder.owner === owner ? null : heldBy(port, holder);
  }

  /** The running guest of ours that has this host port. */
  async #holder(port: PortForward): Promise<GuestRecord | undefined> {
    for (const record of await readRecords(this.#home)) {
      const has = record.forwards.some((forward) => forward !== null && overlaps(forward, port));
      if (!has) continue;
      const files = guestFiles(this.#home, record.id);
      if ((await findMonitor(files, record.process)) !== undefined) return record;
    }
    return undefined;
  }

  async #move(port: PortForward, holder: GuestRecord | undefined, to: GuestFiles): Promise<void> {
    if (holder === undefined) {
      await withMonitor(to.socket, (qmp) => addForward(qmp, port));
      return;
    }
    const from = guestFiles(this.#home, holder.id);
    const lost = holder.forwards.filter(
      (forward): forward is PortForward => forward !== null && overlaps(forward, port),
    );
    // Both are connected before the port is given up: nobody listens for less than a millisecond.
    await withMonitor(to.socket, (taker) =>
      withMonitor(from.socket, async (giver) => {
        for (const forward of lost) await removeForward(giver, forward);
        try {
          await addForward(taker, port);
        } catch (error) {
          for (const forward of lost) await addForward(giver, forward);
          throw error;
        }
      }),
    );
    const forwards = holder.forwards.map((forward) =>
      forward !== null && lost.includes(forward) ? null : forward,
    );
    await writeRecord(from, { ...holder, forwards });
  }
}

function heldBy(port: PortForward, holder: GuestRecord): string {
  return `${port.protocol} port ${port.host} of ${port.address} is in use by the guest ${holder.id} (${holder.owner}); choose another port or remove that guest`;
}

const usernet = (qmp: Qmp) => qmp.human("info usernet");

async function addForward(qmp: Qmp, forward: PortForward): Promise<void> {
  const answer = (await qmp.human(`hostfwd_add ${NETWORK} ${forwardRule(forward)}`)).trim();
  if (answer !== "") throw new Error(`QEMU refused to forward ${listener(forward)}: ${answer}`);
}

/** Fine when there is no such forward: an interrupted takeover may have removed it. */
async function removeForward(qmp: Qmp, forward: PortForward): Promise<void> {
  const answer = await qmp.human(`hostfwd_remove ${NETWORK} ${listener(forward)}`);
  if (!/ (removed|not found)\s*$/.test(answer)) {
    throw new Error(`QEMU did not give up ${listener(forward)}: ${answer.trim()}`);
  }
}
