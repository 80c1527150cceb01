// Requests per second over kept connections, on a tap device in a namespace.
import type { Benchmark } from "../main.ts";
import { type Result, timesMore } from "../row.ts";
import { linuxServer, ourGuest, withAddress } from "../support/images.ts";
import { linuxGuest, whyNoLinux } from "../support/linux-guest.ts";
import {
  guestAddress,
  hostAddress,
  makeTapNamespace,
  type TapNamespace,
  whyNoTap,
} from "../support/namespace.ts";
import type { Bootable, Machine } from "../support/qemu.ts";
import { serving } from "../support/serving.ts";
import { interleaved, paired } from "../support/statistics.ts";
import { unikraftHttp, whyNoUnikraft } from "../support/unikraft.ts";
import { load, whyNoWrk } from "../support/wrk.ts";

const turns = { rounds: 5, warmUps: 0 };
const warmUpSeconds = 1;
const seconds = 3;

interface Peer {
  readonly name: string;
  readonly guest: readonly [Bootable, Machine];
  /** By number of connections; the second of two is for later versions. */
  readonly goals: Readonly<Record<number, readonly number[]>>;
}

/** The rate of a guest that is booted for this measurement. */
async function rate(
  namespace: TapNamespace,
  [bootable, machine]: readonly [Bootable, Machine],
  connections: number,
): Promise<number> {
  return serving(namespace, bootable, machine, async (url) => {
    await load(namespace.wrap, url, { connections, seconds: warmUpSeconds });
    return (await load(namespace.wrap, url, { connections, seconds })).requestsPerSecond;
  });
}

export const keepAlive: Benchmark = {
  name: "keep-alive",
  async run() {
    const impossible = whyNoTap() ?? whyNoWrk();
    if (impossible) return [{ name: "HTTP keep-alive", skipped: impossible }];
    const results: Result[] = [];
    const peers: Peer[] = [];
    const unikraft = unikraftHttp(`${guestAddress}/24`, hostAddress);
    if (unikraft)
      peers.push({
        name: "Unikraft",
        guest: [unikraft, "pc"],
        goals: { 1: [1.8], 30: [2.5, 3.5] },
      });
    else results.push({ name: "HTTP keep-alive against Unikraft", skipped: whyNoUnikraft });
    const noLinux = whyNoLinux();
    if (noLinux) results.push({ name: "HTTP keep-alive against Linux", skipped: noLinux });
    else {
      const linux = linuxGuest(await linuxServer(), `${guestAddress}/24`, hostAddress);
      peers.push({ name: "Linux guest", guest: [linux, "pc"], goals: { 1: [3], 30: [8] } });
    }
    const ours = [
      withAddress(await ourGuest("http"), `${guestAddress}/24`, hostAddress),
      "microvm",
    ] as const;
    const namespace = makeTapNamespace();
    try {
      for (const connections of [1, 30]) {
        const guests = [ours, ...peers.map(({ guest }) => guest)];
        const [rates, ...others] = await interleaved(
          turns,
          guests.map((guest) => () => rate(namespace, guest, connections)),
        );
        for (const [index, { name: baseline, goals }] of peers.entries()) {
          const name = `HTTP keep-alive, c=${connections}`;
          const comparison = { name, unit: "req/s", baseline, ...paired(rates, others[index]) };
          for (const goal of goals[connections] ?? []) results.push(timesMore(comparison, goal));
        }
      }
    } finally {
      await namespace.remove();
    }
    return results;
  },
};
