// Updates of ten sandboxed replicas while users ask all the time, with kept and with closed
// connections: how many requests fail, and how much slower the slowest are than at rest.
import { instancesOf, ServiceHome, urlOf } from "../../conformance/service-home.ts";
import { Load } from "../../support/load.ts";
import type { Benchmark } from "../main.ts";
import { atMost, type Result, reported, withinFactor } from "../row.ts";
import { median, percentile } from "../support/statistics.ts";

const replicas = 10;
const rounds = 10;
const steadyMs = 3_000;
/** About 200 requests a second. */
const users = { users: 8, pauseMs: 40 };

export const underLoad: Benchmark = {
  name: "under-load",
  async run() {
    const rows: Result[] = [];
    for (const strategy of ["rolling", "blueGreen"]) rows.push(...(await updates(strategy)));
    rows.push(...(await badImages()));
    return rows;
  },
};

const base = {
  ports: [{ guest: 80 }],
  memory: "16MiB",
  healthCheck: { http: "/healthz", interval: "1s", retries: 30 },
  replicas,
};

async function updates(strategy: string): Promise<Result[]> {
  await using home = await ServiceHome.make();
  const images = [await home.image("one"), await home.image("two")];
  const program = (round: number) => ({
    ...base,
    ...{ image: images[round % 2] ?? "", rollout: { strategy } },
  });
  let service = await home.up(undefined, program(0));
  const load = new Load(urlOf(service), users);
  const [seconds, steady, during, quotients]: number[][] = [[], [], [], []];
  for (let round = 1; round <= rounds; round++) {
    await load.takeLatencies();
    await new Promise((resolve) => setTimeout(resolve, steadyMs));
    const atRest = percentile(await load.takeLatencies(), 99);
    const start = performance.now();
    service = await home.up(service, program(round));
    seconds?.push((performance.now() - start) / 1_000);
    const meanwhile = percentile(await load.takeLatencies(), 99);
    steady?.push(atRest);
    during?.push(meanwhile);
    quotients?.push(meanwhile / atRest);
  }
  const { failed } = await load.stop();
  const what = `${strategy} update of ${replicas} replicas, ${rounds} times`;
  const p99 = {
    ...{ name: `${what}: p99 meanwhile`, value: median(during ?? []), unit: "ms" },
    ...{ baseline: "p99 at rest", baselineValue: median(steady ?? []) },
    quotient: median(quotients ?? []),
  };
  return [
    atMost(`${what}: requests failed`, failed, "requests", 0),
    withinFactor(p99, 2),
    reported(`${what}: time`, median(seconds ?? []), "s"),
  ];
}

async function badImages(): Promise<Result[]> {
  await using home = await ServiceHome.make();
  const careful = {
    ...base,
    healthCheck: { ...base.healthCheck, retries: 3 },
    rollout: { minReadySeconds: 2 },
  };
  const one = await home.image("one");
  const first = await home.up(undefined, { ...careful, image: one });
  const load = new Load(urlOf(first), users);
  let rolledBack = 0;
  const kinds = ["crash", "500", "later"] as const;
  for (const wrong of kinds) {
    const bad = await home.image("bad", wrong);
    const { after } = await home.failingUp(first, { ...careful, image: bad });
    const isBack = instancesOf(after).every(({ digest, ready }) => digest === one && ready);
    if (isBack) rolledBack++;
  }
  const { failed } = await load.stop();
  const what = "bad images (crash at boot, answers 500, crashes later)";
  return [
    atMost(`${what}: requests failed`, failed, "requests", 0),
    atMost(`${what}: not rolled back`, kinds.length - rolledBack, "images", 0),
  ];
}
