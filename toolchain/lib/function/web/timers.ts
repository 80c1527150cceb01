// Timers, and microtasks. The C side calls `runTimers` when the first of them is due.
import { native } from "./native.ts";

interface Timer {
  readonly number: number;
  dueMs: number;
  readonly everyMs: number | undefined;
  readonly callback: (...values: unknown[]) => void;
  readonly values: readonly unknown[];
}

/** In the order in which they are due. */
const timers: Timer[] = [];
let lastNumber = 0;

function insert(timer: Timer): void {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timers[middle] as Timer).dueMs <= timer.dueMs) low = middle + 1;
    else high = middle;
  }
  timers.splice(low, 0, timer);
  if (low === 0) native.turnIn(Math.ceil(timer.dueMs - native.now()));
}

function add(callback: unknown, delay: unknown, isRepeated: boolean, values: unknown[]): number {
  if (typeof callback !== "function") throw new TypeError("a timer needs a function to call");
  const delayMs = Math.min(Math.max(Number(delay) || 0, 0), 2 ** 31 - 1);
  insert({
    number: ++lastNumber,
    dueMs: native.now() + delayMs,
    // Not in every turn: other work has to go on.
    everyMs: isRepeated ? Math.max(delayMs, 1) : undefined,
    callback: callback as Timer["callback"],
    values,
  });
  return lastNumber;
}

export function setTimeout(callback: unknown, delay?: unknown, ...values: unknown[]): number {
  return add(callback, delay, false, values);
}

export function setInterval(callback: unknown, delay?: unknown, ...values: unknown[]): number {
  return add(callback, delay, true, values);
}

export function clearTimeout(number: unknown): void {
  const place = timers.findIndex((timer) => timer.number === number);
  if (place >= 0) timers.splice(place, 1);
}

export function queueMicrotask(callback: () => void): void {
  if (typeof callback !== "function") throw new TypeError("queueMicrotask needs a function");
  Promise.resolve().then(callback);
}

/** Calls the first timer that is due, and asks for another turn: promises go on between two. */
export function runTimers(): void {
  const [first] = timers;
  if (!first) return;
  const nowMs = native.now();
  if (first.dueMs <= nowMs) {
    timers.shift();
    if (first.everyMs !== undefined) insert({ ...first, dueMs: nowMs + first.everyMs });
  }
  try {
    if (first.dueMs <= nowMs) first.callback(...first.values);
  } finally {
    const next = timers[0];
    if (next) native.turnIn(Math.ceil(next.dueMs - native.now()));
  }
}
