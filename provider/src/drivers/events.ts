// What happened to guests of this machine, in a plain file: the supervisors of guests write there
// (toolchain/supervisor/events.c), and drivers what only they know.
import { appendFile, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";

export interface GuestEvent {
  readonly atMs: number;
  readonly guest: string;
  /** In words, e.g. "started", "ended, exit status 3", "healthy". */
  readonly what: string;
}

const LOG_BYTES_MAX = 1 << 20;

export function eventsPath(home: string): string {
  return join(home, "events.log");
}

/** When the log is full it gives way to a new one. */
function previousEventsPath(home: string): string {
  return join(home, "events.previous.log");
}

/** A disk that is full must not stop a guest from being removed. */
export async function addEvent(home: string, guest: string, what: string): Promise<void> {
  try {
    await appendFile(eventsPath(home), `${Date.now()} ${guest} ${what}\n`, { mode: 0o600 });
    const { size } = await stat(eventsPath(home));
    if (size > LOG_BYTES_MAX) await rename(eventsPath(home), previousEventsPath(home));
  } catch {
    // Nobody depends on it.
  }
}

/** In the order in which they were written. */
export async function readEvents(home: string): Promise<GuestEvent[]> {
  return [...(await readPreviousEvents(home)), ...(await eventsIn(eventsPath(home)))];
}

/** Of the log that has given way. */
export function readPreviousEvents(home: string): Promise<GuestEvent[]> {
  return eventsIn(previousEventsPath(home));
}

async function eventsIn(path: string): Promise<GuestEvent[]> {
  return (await readFile(path, "utf8").catch(() => "")).split("\n").flatMap(parseEvent);
}

/** None for a line that is none, or was cut off. */
export function parseEvent(line: string): GuestEvent[] {
  const [, atMs, guest, what] = /^(\d{1,15}) (\S+) (.+)$/.exec(line) ?? [];
  if (guest === undefined || what === undefined) return [];
  return [{ atMs: Number(atMs), guest, what }];
}
