// Many guests at once, each with its health check: how fast they start, what each takes of memory
// (PSS: its own pages and its part of shared ones) and, idle, of a processor.
import { readdirSync, readFileSync } from "node:fs";
import { awaitHealthy } from "../../../provider/src/guests/health.ts";
import { pause } from "../../../provider/src/guests/wait.ts";
import { Pool } from "../../../toolchain/src/graph/pool.ts";
import { descendants } from "../../support/leftovers.ts";
import type { Benchmark } from "../main.ts";
import { atMost, type Result, reported } from "../row.ts";
import { type BenchHome, benchHome, type DriverName } from "./home.ts";

const STARTS_AT_ONCE = 4;
const SETTLE_MS = 5_000;
const IDLE_MS = 20_000;
const IDLE_PERCENT_MAX = 0.1;
const never = new AbortController().signal;

export const crowds: readonly Benchmark[] = [crowdOf("sandbox", 200), crowdOf("qemu", 20)];

function crowdOf(name: DriverName, count: number): Benchmark {
  return {
    name: `crowd-${name}`,
    async run() {
      const home = await benchHome(name);
      const whyNot = await home.driver.unavailable();
      const ids = Array.from({ length: count }, (_, index) => `crowd-${index}`);
      try {
        if (whyNot !== null) return [{ name: `${count} guests: ${name}`, skipped: whyNot }];
        const start = performance.now();
        await new Pool(STARTS_AT_ONCE).map(ids, (id) => startHealthy(home, id));
        const rows = await measure(home, ids, (performance.now() - start) / 1000);
        return rows.map((row) => ({ ...row, name: `${count} guests (${name}): ${row.name}` }));
      } finally {
        await new Pool(STARTS_AT_ONCE).map(ids, (id) => home.driver.remove(id));
        home.remove();
      }
    },
  };
}

async function startHealthy(home: BenchHome, id: string): Promise<void> {
  const startedAtMs = Date.now();
  const { ports } = await home.driver.apply(home.spec(id), never);
  const limits = { intervalMs: 1_000, timeoutMs: 2_000, retries: 60 };
  const check = { kind: "http", path: "/", port: 8080, ...limits } as const;
  await awaitHealthy({ driver: home.driver, id, startedAtMs, ports }, check, never);
}

async function measure(home: BenchHome, ids: readonly string[], seconds: number) {
  const count = ids.length;
  const states = await Promise.all(ids.map(async (id) => (await home.driver.status(id)).state));
  const processes = processesOf(home.directory);
  const memoryKib = processes.reduce((sum, pid) => sum + proportionalKib(pid), 0);
  await pause(SETTLE_MS);
  const before = processes.map(processorNs);
  await pause(IDLE_MS);
  const usedNs = processes.reduce((sum, pid, i) => sum + processorNs(pid) - (before[i] ?? 0), 0);
  const percent = (usedNs / (IDLE_MS * 1e6) / count) * 100;
  const healthy = states.filter((state) => state === "running").length;
  return [
    atMost("not healthy", count - healthy, "guests", 0),
    reported("start rate", count / seconds, "guests/s"),
    reported("memory of each (PSS, all of its processes)", memoryKib / 1024 / count, "MiB"),
    atMost("processor of each when idle", percent, "% of a core", IDLE_PERCENT_MAX),
  ] satisfies Result[];
}

/** Those in the guests' directories and what they have started. */
function processesOf(directory: string): number[] {
  const records = readdirSync(`${directory}/guests`).map((id) =>
    JSON.parse(readFileSync(`${directory}/guests/${id}/guest.json`, "utf8")),
  ) as { process: { pid: number } }[];
  return records.flatMap(({ process }) => descendants(process.pid));
}

function proportionalKib(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]);
}

/** What all threads of a process have used. */
function processorNs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [used] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
    return sum + Number(used);
  }, 0);
}
