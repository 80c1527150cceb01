// What a build did, in the trace event format of Chrome: Perfetto and about:tracing show it.
import type { RunAction } from "../types.ts";

interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  readonly ph: "X" | "M";
  /** Microseconds since the first action began. */
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  /** The lane: actions of one lane never overlap. */
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface Trace {
  readonly displayTimeUnit: "ms";
  readonly traceEvents: readonly TraceEvent[];
}

export function traceOf(actions: readonly RunAction[]): Trace {
  const sorted = [...actions].sort((left, right) => left.startedAtMs - right.startedAtMs);
  const firstMs = sorted[0]?.startedAtMs ?? 0;
  // What only waits takes no core, and has lanes of its own below the others.
  const working = lanes(
    sorted.filter((action) => action.kind !== "wait"),
    firstMs,
    1,
    "lane",
  );
  const waiting = sorted.filter((action) => action.kind === "wait");
  const events = [...working.events, ...lanes(waiting, firstMs, working.next, "waiting").events];
  return { displayTimeUnit: "ms", traceEvents: events };
}

/** Each action in the first lane that is free when it begins. */
function lanes(actions: readonly RunAction[], firstMs: number, firstLane: number, title: string) {
  const freeAtMs: number[] = [];
  const events: TraceEvent[] = [];
  for (const { kind, name, startedAtMs, endedAtMs, reasons } of actions) {
    const free = freeAtMs.findIndex((timeMs) => timeMs <= startedAtMs);
    const lane = free < 0 ? freeAtMs.length : free;
    freeAtMs[lane] = endedAtMs;
    events.push({
      name: `${kind} ${name}`,
      cat: kind,
      ph: "X",
      ts: Math.round((startedAtMs - firstMs) * 1000),
      dur: Math.round((endedAtMs - startedAtMs) * 1000),
      pid: 1,
      tid: firstLane + lane,
      args: { reasons },
    });
  }
  const names = freeAtMs.map(
    (_, lane): TraceEvent => ({
      name: "thread_name",
      cat: "__metadata",
      ph: "M",
      ts: 0,
      pid: 1,
      tid: firstLane + lane,
      args: { name: `${title} ${lane + 1}` },
    }),
  );
  return { events: [...names, ...events], next: firstLane + freeAtMs.length };
}
