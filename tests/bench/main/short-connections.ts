// A connection per request for a minute: every stretch of it has to go as fast as the others.
import type { Benchmark } from "../main.ts";
import { ourGuest, withAddress } from "../support/images.ts";
import { guestAddress, hostAddress, makeTapNamespace, whyNoTap } from "../support/namespace.ts";
import { serving } from "../support/serving.ts";
import { median } from "../support/statistics.ts";
import { load, whyNoWrk } from "../support/wrk.ts";

const stretches = 12;
const seconds = 5;

export const shortConnections: Benchmark = {
  name: "short-connections",
  async run() {
    const name = `HTTP Connection: close, slowest 5 s of ${stretches * seconds} s`;
    const impossible = whyNoTap() ?? whyNoWrk();
    if (impossible) return [{ name, skipped: impossible }];
    const namespace = makeTapNamespace();
    try {
      const rates = await serving(
        namespace,
        withAddress(await ourGuest("http"), `${guestAddress}/24`, hostAddress),
        "microvm",
        async (url) => {
          const measured: number[] = [];
          for (let stretch = 0; stretch < stretches; stretch++) {
            const options = { connections: 10, seconds, close: true };
            measured.push((await load(namespace.wrap, url, options)).requestsPerSecond);
          }
          return measured;
        },
      );
      const baselineValue = median(rates);
      const value = Math.min(...rates);
      const ratio = value / baselineValue;
      const goal = "≥ 0.5 × the median (no stall)";
      const met = ratio >= 0.5;
      return [
        { name, value, unit: "req/s", baseline: "median 5 s", baselineValue, ratio, goal, met },
      ];
    } finally {
      await namespace.remove();
    }
  },
};
