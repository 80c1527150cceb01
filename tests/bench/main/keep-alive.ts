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
import { median } from "../support/statistics.ts";
import { unikraftHttp, whyNoUnikraft } from "../support/unikraft.ts";
import { load, whyNoWrk } from "../support/wrk.ts";

const rounds = 3;
const seconds = 4;

/** Rates at each number of connections, guests taken in turn, each booted afresh. */
async function rates(
  namespace: TapNamespace,
  guests: readonly (readonly [Bootable, Machine])[],
  connections: number,
): Promise<number[]> {
  const samples: number[][] = guests.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, [bootable, machine]] of guests.entries()) {
      await serving(namespace, bootable, machine, async (url) => {
        await load(namespace.wrap, url, { connections, seconds: 1 });
        const { requestsPerSecond } = await load(namespace.wrap, url, { connections, seconds });
        samples[index]?.push(requestsPerSecond);
      });
    }
  }
  return samples.map(median);
}

export const keepAlive: Benchmark = {
  name: "keep-alive",
  async run() {
    const impossible = whyNoTap() ?? whyNoWrk();
    if (impossible) return [{ name: "HTTP keep-alive", skipped: impossible }];
    const results: Result[] = [];
    const peers: {
      name: string;
      guest: readonly [Bootable, Machine];
      goals: Record<number, number>;
    }[] = [];
    const unikraft = unikraftHttp(`${guestAddress}/24`, hostAddress);
    if (unikraft)
      peers.push({ name: "Unikraft", guest: [unikraft, "pc"], goals: { 1: 1.8, 30: 2.5 } });
    else results.push({ name: "HTTP keep-alive against Unikraft", skipped: whyNoUnikraft });
    const noLinux = whyNoLinux();
    if (noLinux) results.push({ name: "HTTP keep-alive against Linux", skipped: noLinux });
    else {
      const linux = linuxGuest(await linuxServer(), `${guestAddress}/24`, hostAddress);
      peers.push({ name: "Linux guest", guest: [linux, "pc"], goals: { 1: 3, 30: 8 } });
    }
    const ours = [
      withAddress(await ourGuest("http"), `${guestAddress}/24`, hostAddress),
      "microvm",
    ] as const;
    const namespace = makeTapNamespace();
    try {
      for (const connections of [1, 30]) {
        const [value = Number.NaN, ...others] = await rates(
          namespace,
          [ours, ...peers.map(({ guest }) => guest)],
          connections,
        );
        for (const [index, peer] of peers.entries()) {
          const name = `HTTP keep-alive, c=${connections}`;
          const baselineValue = others[index] ?? Number.NaN;
          const comparison = { name, value, unit: "req/s", baseline: peer.name, baselineValue };
          results.push(timesMore(comparison, peer.goals[connections] ?? Number.NaN));
        }
      }
    } finally {
      await namespace.remove();
    }
    return results;
  },
};
