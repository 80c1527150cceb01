// Requests per second of a handler over 32 kept connections on a tap, beside the same engine,
// libraries and bytecode on a Linux guest.
import type { Benchmark } from "../main.ts";
import { timesMore } from "../row.ts";
import { functionRequest, linuxFunction } from "../support/function.ts";
import { ourGuest, withAddress } from "../support/images.ts";
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
import { load, whyNoWrk } from "../support/wrk.ts";

const turns = { rounds: 3, warmUps: 0 };
const connections = 32;
const name = `function: requests/s, ${connections} connections`;

function rate(namespace: TapNamespace, bootable: Bootable, machine: Machine) {
  return () =>
    serving(namespace, bootable, machine, async (url) => {
      await load(namespace.wrap, url, { connections, seconds: 1 });
      return (await load(namespace.wrap, url, { connections, seconds: 3 })).requestsPerSecond;
    });
}

export const functionRate: Benchmark = {
  name: "function-rate",
  async run() {
    const impossible = whyNoTap() ?? whyNoWrk() ?? whyNoLinux();
    if (impossible) return [{ name, skipped: impossible }];
    const address = `${guestAddress}/24`;
    const ours = withAddress(await ourGuest("function", functionRequest), address, hostAddress);
    const linux = linuxGuest(await linuxFunction(), address, hostAddress);
    const namespace = makeTapNamespace();
    try {
      const samples = await interleaved(turns, [
        rate(namespace, ours, "microvm"),
        rate(namespace, linux, "pc"),
      ]);
      const comparison = { name, unit: "/s", baseline: "the same on a Linux guest" };
      return [timesMore({ ...comparison, ...paired(...samples) }, 1)];
    } finally {
      await namespace.remove();
    }
  },
};
