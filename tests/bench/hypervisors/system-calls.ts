// How much of the host's kernel a guest has to do with: the different system calls that its
// processes make while it serves HTTP, seen with strace. What counts in the end is the number of
// kernel functions behind them, as ftrace tells; kernels that are locked down keep that to
// themselves, and calls can be counted on every one.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { awaitHealthy } from "../../../provider/src/guests/health.ts";
import { poll } from "../../../provider/src/guests/wait.ts";
import { descendants } from "../../support/leftovers.ts";
import type { Benchmark } from "../main.ts";
import { type Result, reported } from "../row.ts";
import { type BenchHome, benchHome } from "./home.ts";

const REQUESTS = 300;
const ID = "traced";
const never = new AbortController().signal;

export const systemCalls: Benchmark = {
  name: "system-calls",
  async run() {
    const name = "different system calls under HTTP";
    const whyNot = whyNoStrace();
    if (whyNot !== null) return [{ name, skipped: whyNot }];
    const sandbox = await callsOf("sandbox");
    const qemu = await callsOf("qemu");
    const all = (calls: Calls, of = [...calls.keys()]) =>
      [...new Set(of.flatMap((program) => [...(calls.get(program) ?? [])]))].sort();
    const rows: [string, string[]][] = [
      ["a sandboxed guest", all(sandbox, ["guest"])],
      ["a sandboxed guest, its tender and gateway", all(sandbox)],
      ["QEMU", all(qemu)],
    ];
    return rows.map(([who, calls]): Result => {
      console.error(`  ${who}: ${calls.join(" ")}`);
      return reported(`${name}: ${who}`, calls.length, "calls");
    });
  },
};

/** The names of calls by what made them. */
type Calls = ReadonlyMap<string, ReadonlySet<string>>;

function whyNoStrace(): string | null {
  if (process.getuid?.() !== 0) return "only root may trace what is not dumpable";
  try {
    execFileSync("strace", ["-V"], { stdio: "ignore" });
    return null;
  } catch {
    return "strace is missing (Debian: apt-get install strace)";
  }
}

async function callsOf(driver: "sandbox" | "qemu"): Promise<Calls> {
  const home = await benchHome(driver);
  try {
    const startedAtMs = Date.now();
    const { ports } = await home.driver.apply(home.spec(ID), never);
    const limits = { intervalMs: 1_000, timeoutMs: 2_000, retries: 30 };
    const check = { kind: "http", path: "/", port: 8080, ...limits } as const;
    await awaitHealthy({ driver: home.driver, id: ID, startedAtMs, ports }, check, never);
    const programs = programsOf(home);
    const output = join(home.directory, "calls");
    const strace = await attach([...programs.keys()], output);
    await requests(ports[0]?.host ?? 0);
    strace.kill("SIGINT");
    await once(strace, "close");
    return read(readFileSync(output, "latin1"), programs);
  } finally {
    await home.driver.remove(ID);
    home.remove();
  }
}

/** Process ids with what they are: "guest", "tender", "gateway", "qemu…". */
function programsOf(home: BenchHome): Map<number, string> {
  const record = readFileSync(join(home.directory, "guests", ID, "guest.json"), "utf8");
  const { pid: first } = (JSON.parse(record) as { process: { pid: number } }).process;
  const commandOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  const parentOf = (pid: number) =>
    Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  const nameOf = (pid: number) => {
    const isTendered = commandOf(parentOf(pid)) === "tender";
    return isTendered && commandOf(pid) === "tender" ? "guest" : commandOf(pid);
  };
  return new Map(descendants(first).map((pid) => [pid, nameOf(pid)]));
}

async function attach(pids: readonly number[], output: string): Promise<ChildProcess> {
  const args = ["-f", "-qq", "-e", "signal=none", "-o", output];
  const strace = spawn("strace", [...args, ...pids.flatMap((pid) => ["-p", String(pid)])], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const isTraced = (pid: number) =>
    !/^TracerPid:\t0$/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  const attached = await poll(() => pids.every(isTraced) || undefined, {
    everyMs: 10,
    timeoutMs: 10_000,
  });
  if (!attached) throw new Error("strace did not attach");
  return strace;
}

/** Half of them over one connection, half over a connection each. */
async function requests(port: number): Promise<void> {
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let index = 0; index < REQUESTS; index++) {
    await new Promise<void>((resolve, reject) => {
      const agent = index % 2 === 0 ? kept : new Agent();
      get({ port, host: "127.0.0.1", agent }, (response) => {
        response.resume();
        response.on("end", resolve);
      }).on("error", reject);
    });
  }
  kept.destroy();
}

function read(text: string, programs: ReadonlyMap<number, string>): Calls {
  const calls = new Map<string, Set<string>>();
  for (const [, pid, resumed, name = resumed] of text.matchAll(
    /^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()/gm,
  )) {
    // A thread of QEMU's has an id of its own.
    const program = programs.get(Number(pid)) ?? "threads";
    const known = calls.get(program) ?? new Set();
    calls.set(program, known.add(name ?? ""));
  }
  return calls;
}
