// A hundred sandboxed replicas: how long an update takes.
import { ServiceHome } from "../../conformance/service-home.ts";
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";

const replicas = 100;
const limitSeconds = 30;

export const manyReplicas: Benchmark = {
  name: "many-replicas",
  async run() {
    await using home = await ServiceHome.make();
    const program = {
      ...{ ports: [{ guest: 80 }], memory: "16MiB", replicas },
      healthCheck: { http: "/healthz", interval: "5s", retries: 30 },
    };
    const first = await home.up(undefined, { ...program, image: await home.image("one") });
    const next = await home.image("two");
    const start = performance.now();
    await home.up(first, { ...program, image: next });
    const seconds = (performance.now() - start) / 1_000;
    return [atMost(`rolling update of ${replicas} replicas`, seconds, "s", limitSeconds)];
  },
};
