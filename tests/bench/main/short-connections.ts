// A connection per request for a minute: every stretch of it has to go as fast as the others, and
// no connection may have to wait until TCP repeats itself. How fast a native server is next to
// each stretch tells what of its rate is the machine's doing: other load on it, for one.
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";
import { linuxServer, ourGuest, withAddress } from "../support/images.ts";
import {
  guestAddress,
  hostAddress,
  makeTapNamespace,
  repeatedSegments,
  type TapNamespace,
  whyNoTap,
} from "../support/namespace.ts";
import { startGuest } from "../support/qemu.ts";
import { serving } from "../support/serving.ts";
import { median } from "../support/statistics.ts";
import { load, whyNoWrk } from "../support/wrk.ts";

const stretches = 12;
const seconds = 5;
const nativeSeconds = 1;
const connections = 10;
const nativeUrl = `http://${hostAddress}:8080/`;

/** What the guest did in each stretch, what the native server did before and after it. */
interface Minute {
  readonly rates: readonly number[];
  readonly nativeRates: readonly number[];
  readonly troubles: number;
}

async function measure(namespace: TapNamespace, url: string): Promise<Minute> {
  const rates: number[] = [];
  const nativeRates: number[] = [];
  let troubles = 0;
  const native = async () => {
    const options = { connections, seconds: nativeSeconds, close: true };
    nativeRates.push((await load(namespace.wrap, nativeUrl, options)).requestsPerSecond);
  };
  await native();
  for (let stretch = 0; stretch < stretches; stretch++) {
    const before = repeatedSegments(namespace);
    const options = { connections, seconds, close: true };
    const { requestsPerSecond, errors } = await load(namespace.wrap, url, options);
    rates.push(requestsPerSecond);
    troubles += errors + repeatedSegments(namespace) - before;
    await native();
  }
  return { rates, nativeRates, troubles };
}

/** The rates as they had been on a machine that is equally fast all the time. */
function evened({ rates, nativeRates }: Minute): number[] {
  const usual = median(nativeRates);
  return rates.map((rate, stretch) => {
    const beside = median(nativeRates.slice(stretch, stretch + 2));
    return (rate * usual) / beside;
  });
}

export const shortConnections: Benchmark = {
  name: "short-connections",
  async run() {
    const name = `HTTP Connection: close, slowest 5 s of ${stretches * seconds} s`;
    const impossible = whyNoTap() ?? whyNoWrk();
    if (impossible) return [{ name, skipped: impossible }];
    const namespace = makeTapNamespace();
    const native = startGuest([await linuxServer()], namespace.wrap);
    try {
      const minute = await serving(
        namespace,
        withAddress(await ourGuest("http"), `${guestAddress}/24`, hostAddress),
        "microvm",
        (url) => measure(namespace, url),
      );
      const rates = evened(minute);
      const baselineValue = median(rates);
      const value = Math.min(...rates);
      const ratio = value / baselineValue;
      const goal = "≥ 0.5 × the median (no stall)";
      const met = ratio >= 0.5;
      const { troubles } = minute;
      return [
        { name, value, unit: "req/s", baseline: "median 5 s", baselineValue, ratio, goal, met },
        atMost("HTTP Connection: close, segments repeated, requests failed", troubles, "times", 0),
      ];
    } finally {
      await native.stop();
      await namespace.remove();
    }
  },
};
