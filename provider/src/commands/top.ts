// `unikernel top`: guests and what they take, again and again on a terminal.
import { on } from "node:events";
import { processorPercent, readUsage, type Usage } from "../guests/usage.ts";
import { pause } from "../guests/wait.ts";
import {
  type Command,
  type FoundGuest,
  findGuests,
  HOST_HELP,
  HOST_OPTIONS,
  parseCommandLine,
  UsageError,
} from "./hosts.ts";
import { type Row, rowOf } from "./ps.ts";
import { alignColumns, shortDigest } from "./table.ts";

const usage = "unikernel top --help";
const ENTER_SCREEN = "\x1b[?1049h\x1b[?25l";
const LEAVE_SCREEN = "\x1b[?25h\x1b[?1049l";
/** What is typed to leave: q, Ctrl-C. */
const LEAVING_KEYS = ["q", "\x03"];

export const command: Command = {
  summary: "guests and what they take of this machine, refreshed in place",
  help: `Usage: unikernel top [options]

Shows state, uptime, processor and memory of the guests, those first that take most, until q or Ctrl-C.
Where the output is no terminal, one table. Memory is what is really there of a guest's process, CPU the
share of one processor since the table before.

  --interval SECONDS  between two tables (default: 2)
${HOST_HELP}`,

  async run(commandLine, signal) {
    const { values } = parseCommandLine(
      { args: commandLine, options: { ...HOST_OPTIONS, interval: { type: "string" } } },
      usage,
    );
    const intervalMs = readInterval(values.interval ?? "2");
    const watch = new Watch(values.libvirt);
    if (process.stdout.isTTY) return showInPlace(watch, intervalMs, signal);
    await watch.look();
    await pause(Math.min(intervalMs, 500), signal);
    console.log((await watch.look()).join("\n"));
    return 0;
  },
};

/** Compares each look with the one before. */
class Watch {
  readonly #libvirt: readonly string[] | undefined;
  #before = new Map<string, Usage>();
  #beforeMs = 0;

  constructor(libvirt: readonly string[] | undefined) {
    this.#libvirt = libvirt;
  }

  /** The table's lines. */
  async look(): Promise<string[]> {
    const guests = await findGuests(this.#libvirt);
    const nowMs = performance.now();
    const now = new Map<string, Usage>();
    const lines = await Promise.all(
      guests.map(async (guest): Promise<TopRow> => {
        const row = rowOf(guest, await guest.driver.status(guest.id), Date.now());
        const taken = await usageOf(guest);
        if (taken === undefined) return row;
        now.set(guest.id, taken);
        const percent = processorPercent(this.#before.get(guest.id), taken, nowMs - this.#beforeMs);
        return { ...row, residentBytes: taken.memoryBytes, percent };
      }),
    );
    this.#before = now;
    this.#beforeMs = nowMs;
    return formatTop(lines);
  }
}

async function usageOf({ driver, id }: FoundGuest): Promise<Usage | undefined> {
  const found = await driver.processOf?.(id);
  return found === undefined ? undefined : readUsage(found.pid);
}

export interface TopRow extends Row {
  /** Absent where the process is not of this machine, or there is none. */
  readonly residentBytes?: number;
  readonly percent?: number | undefined;
}

const HEAD = ["NAME", "ID", "STATE", "DIGEST", "UPTIME", "CPU", "RESIDENT", "OF", "RESTARTS"];

/** Those that take most come first. */
export function formatTop(rows: readonly TopRow[]): string[] {
  const sorted = rows.toSorted(
    (one, other) => (other.percent ?? -1) - (one.percent ?? -1) || (one.name < other.name ? -1 : 1),
  );
  const lines = sorted.map((row) => [
    ...[row.name, row.id, row.state, shortDigest(row.digest), row.uptime],
    row.percent === undefined ? "" : `${row.percent.toFixed(1)}%`,
    row.residentBytes === undefined ? "" : `${(row.residentBytes / 2 ** 20).toFixed(1)}MiB`,
    ...[row.memory, String(row.restarts)],
  ]);
  return alignColumns([HEAD, ...lines]);
}

async function showInPlace(watch: Watch, intervalMs: number, signal: AbortSignal): Promise<number> {
  const { stdin, stdout } = process;
  const left = new AbortController();
  const over = AbortSignal.any([signal, left.signal]);
  const keys = listen(left);
  stdout.write(ENTER_SCREEN);
  try {
    while (!over.aborted) {
      const lines = await watch.look();
      // A terminal that does not know its size has none of either.
      const shown = lines.slice(0, stdout.rows || lines.length);
      const columns = stdout.columns || Number.POSITIVE_INFINITY;
      const text = shown.map((line) => `${line.slice(0, columns)}\x1b[K`).join("\r\n");
      stdout.write(`\x1b[H${text}\x1b[J`);
      await pause(intervalMs, over).catch(() => undefined);
    }
    return 0;
  } finally {
    left.abort();
    await keys;
    stdin.pause();
    stdout.write(LEAVE_SCREEN);
  }
}

/** Until a key that leaves; nobody may be there to type. */
async function listen(left: AbortController): Promise<void> {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  stdin.setRawMode(true);
  try {
    for await (const [input] of on(stdin, "data", { signal: left.signal, close: ["end"] })) {
      if (LEAVING_KEYS.some((key) => String(input).includes(key))) left.abort();
    }
  } catch {
    // Somebody else has left.
  } finally {
    stdin.setRawMode(false);
  }
}

function readInterval(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 0.1 && seconds <= 3_600) return seconds * 1_000;
  throw new UsageError(`--interval "${text}": expected seconds, from 0.1 to 3600`, usage);
}
