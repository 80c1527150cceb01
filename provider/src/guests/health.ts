// Waits until a guest that was just started is healthy. The first attempts follow each other
// within milliseconds, because a unikernel is up in tens of them; later ones grow rarer.
import { type Driver, type PortForward, reachableHost } from "../drivers/driver.ts";
import { type HttpTarget, httpStatus } from "./http-probe.ts";
import { pause } from "./wait.ts";

export interface HealthLimits {
  /** Longest pause between attempts. */
  readonly intervalMs: number;
  /** Longest time for one attempt. */
  readonly timeoutMs: number;
  /** After as many intervals without success the guest is given up. */
  readonly retries: number;
}

export type HealthCheck = HealthLimits &
  (
    | { readonly kind: "http"; readonly path: string; readonly port: number }
    | { readonly kind: "tcp"; readonly port: number }
    | { readonly kind: "console"; readonly text: string }
  );

export interface StartedGuest {
  readonly driver: Driver;
  readonly id: string;
  readonly startedAtMs: number;
  readonly ports: readonly PortForward[];
  /** The machine on which it runs, when that is not ours. */
  readonly machine?: string | undefined;
  /** How often it had been started again. */
  readonly restarts?: number | undefined;
}

export interface BootTimes {
  /** From the monitor's start to the first sign of life: console output or a passed check. */
  readonly bootTimeMs: number;
  /** From the monitor's start to the first good HTTP response; only for http checks. */
  readonly firstResponseMs?: number;
}

/** The guest ended, or time ran out. */
export class UnhealthyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnhealthyError";
  }
}

/** A guest without a health check is believed to run when it has said something or lived so long. */
const SETTLE_MS = 250;
const FIRST_ATTEMPT_MS = 50;
const ATTEMPTS_AT_ONCE = 8;
const SHORTEST_PAUSE_MS = 4;

export async function awaitHealthy(
  guest: StartedGuest,
  check: HealthCheck | undefined,
  signal: AbortSignal,
): Promise<BootTimes> {
  const done = new AbortController();
  const both = AbortSignal.any([signal, done.signal]);
  const life = { sinceStartMs: undefined as number | undefined };
  try {
    const watch = watchConsole(guest, life, both);
    const ended = rejectWhenEnded(guest, check, both);
    for (const task of [watch, ended]) task.catch(() => undefined);
    if (check === undefined) {
      await Promise.race([watch, pause(SETTLE_MS, both), ended]);
      return { bootTimeMs: life.sinceStartMs ?? sinceStart(guest) };
    }
    await Promise.race([probe(guest, check, both), ended]);
    const healthyMs = sinceStart(guest);
    const bootTimeMs = Math.min(life.sinceStartMs ?? healthyMs, healthyMs);
    return check.kind === "http" ? { bootTimeMs, firstResponseMs: healthyMs } : { bootTimeMs };
  } finally {
    done.abort();
  }
}

function sinceStart(guest: StartedGuest): number {
  const nowMs = performance.timeOrigin + performance.now();
  return Math.max(0, Math.round((nowMs - guest.startedAtMs) * 10) / 10);
}

async function watchConsole(
  guest: StartedGuest,
  life: { sinceStartMs: number | undefined },
  signal: AbortSignal,
): Promise<void> {
  for (let waitMs = 2; ; waitMs = Math.min(waitMs * 1.2, 200)) {
    if ((await guest.driver.readConsole(guest.id, 0)).length > 0) {
      life.sinceStartMs = sinceStart(guest);
      return;
    }
    await pause(waitMs, signal);
  }
}

/** Never resolves while the guest runs. */
async function rejectWhenEnded(
  guest: StartedGuest,
  check: HealthCheck | undefined,
  signal: AbortSignal,
): Promise<void> {
  for (let waitMs = 10; ; waitMs = Math.min(waitMs * 1.5, 200)) {
    const { state, exitStatus, restarts = 0 } = await guest.driver.status(guest.id);
    if (restarts > (guest.restarts ?? 0)) {
      throw new UnhealthyError("the guest ended, and was started again, before it was healthy");
    }
    const hasEnded = state === "stopped" || state === "crashed" || state === "absent";
    // Without a health check, a program that ran to its end did what was asked.
    if (hasEnded && check === undefined && state === "stopped" && exitStatus === 0) return;
    // The text that is waited for may have been its last words.
    if (hasEnded && check?.kind === "console" && exitStatus === 0) {
      if (await new ConsoleSearch(guest, check.text).found()) return;
    }
    if (state === "crashed") throw new UnhealthyError("the guest crashed");
    if (hasEnded) {
      const how =
        exitStatus === undefined
          ? "powered off or was stopped"
          : `exited with status ${exitStatus}`;
      throw new UnhealthyError(`the guest ${how} before it was healthy`);
    }
    await pause(waitMs, signal);
  }
}

async function probe(guest: StartedGuest, check: HealthCheck, signal: AbortSignal): Promise<void> {
  const limitMs = Math.max(check.intervalMs * check.retries, check.timeoutMs);
  const attempts = new AbortController();
  const outcome = { last: "" };
  const attempt = attemptOf(guest, check, outcome);
  let succeed: (() => void) | undefined;
  const success = new Promise<void>((resolve) => {
    succeed = resolve;
  });
  const both = AbortSignal.any([signal, attempts.signal]);
  const start = performance.now();
  let inFlight = 0;
  const tries = (async () => {
    for (;;) {
      const elapsedMs = performance.now() - start;
      if (elapsedMs > limitMs) break;
      // Behind a user-mode network, a connection from before the guest could answer may wait for a
      // retransmission of seconds: attempts are short and fresh at first, several at a time.
      const timeoutMs = Math.min(Math.max(FIRST_ATTEMPT_MS, elapsedMs / 2), check.timeoutMs);
      if (inFlight < ATTEMPTS_AT_ONCE) {
        inFlight++;
        void attempt({ timeoutMs, signal: both })
          .then((isHealthy) => isHealthy && succeed?.())
          .catch(() => undefined)
          .finally(() => {
            inFlight--;
          });
      }
      const everyMs = Math.max(SHORTEST_PAUSE_MS, timeoutMs / ATTEMPTS_AT_ONCE);
      await pause(Math.min(everyMs, check.intervalMs), both);
    }
    throw new UnhealthyError(
      `the guest did not become healthy within ${limitMs / 1000} s: ${outcome.last}`,
    );
  })();
  tries.catch(() => undefined);
  try {
    await Promise.race([success, tries]);
  } finally {
    attempts.abort();
  }
}

type Attempt = (limits: {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}) => Promise<boolean>;

function attemptOf(guest: StartedGuest, check: HealthCheck, outcome: { last: string }): Attempt {
  if (check.kind === "console") {
    outcome.last = `its console does not contain ${JSON.stringify(check.text)}`;
    const search = new ConsoleSearch(guest, check.text);
    return () => search.found();
  }
  const forward = guest.ports.find(
    ({ guest: inside, protocol }) => inside === check.port && protocol === "tcp",
  );
  if (forward === undefined) throw new UnhealthyError(`port ${check.port} is not forwarded`);
  if (check.kind === "tcp") {
    outcome.last = `nothing accepts connections at its port ${check.port}`;
    return (limits) => guest.driver.accepts(guest.id, forward, limits);
  }
  const host = reachableHost(forward, guest.machine);
  const target: HttpTarget = { host, port: forward.host, path: check.path };
  outcome.last = `nothing answers GET ${check.path} at its port ${check.port}`;
  return async (limits) => {
    const status = await httpStatus(target, limits);
    if (status === undefined) return false;
    outcome.last = `GET ${check.path} at its port ${check.port} answered ${status}`;
    return status >= 200 && status < 400;
  };
}

/** Looks for a text in a growing console, reading each byte once. */
class ConsoleSearch {
  readonly #guest: StartedGuest;
  readonly #text: Buffer;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(guest: StartedGuest, text: string) {
    this.#guest = guest;
    this.#text = Buffer.from(text);
  }

  async found(): Promise<boolean> {
    for (;;) {
      const from = this.#offset;
      const chunk = await this.#guest.driver.readConsole(this.#guest.id, from);
      if (chunk.length === 0) return false;
      // Several attempts may be under way at once: only one of them takes what it has read.
      if (this.#offset !== from) continue;
      this.#offset += chunk.length;
      const seen = Buffer.concat([this.#rest, chunk]);
      if (seen.includes(this.#text)) return true;
      // The text may be cut in two by the end of what there is.
      this.#rest = Buffer.from(seen.subarray(Math.max(0, seen.length - this.#text.length)));
    }
  }
}
