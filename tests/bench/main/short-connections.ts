// A connection per request for a minute: every stretch of it has to go as fast as the others, and
// no connection may have to wait until TCP repeats itself.
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";
import { ourGuest, withAddress } from "../support/images.ts";
import {
  guestAddress,
  hostAddress,
  makeTapNamespace,
  repeatedSegments,
  whyNoTap,
} from "../support/namespace.ts";
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
      const { rates, troubles } = await serving(
        namespace,
        withAddress(await ourGuest("http"), `${guestAddress}/24`, hostAddress),
        "microvm",
        async (url) => {
          const rates: number[] = [];
          let troubles = -repeatedSegments(namespace);
          for (let stretch = 0; stretch < stretches; stretch++) {
            const options = { connections: 10, seconds, close: true };
            const { requestsPerSecond, errors } = await load(namespace.wrap, url, options);
            rates.push(requestsPerSecond);
            troubles += errors;
          }
          troubles += repeatedSegments(namespace);
          return { rates, troubles };
        },
      );
      const baselineValue = median(rates);
      const value = Math.min(...rates);
      const ratio = value / baselineValue;
      const goal = "≥ 0.5 × the median (no stall)";
      const met = ratio >= 0.5;
      return [
        { name, value, unit: "req/s", baseline: "median 5 s", baselineValue, ratio, goal, met },
        atMost("HTTP Connection: close, segments repeated, requests failed", troubles, "times", 0),
      ];
    } finally {
      await namespace.remove();
    }
  },
};
