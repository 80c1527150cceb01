// An action that really ran: how long it took, and which of its inputs differ from its last run.
// What it read is written down by name each time, so that the next run can say what has changed.
import { readFileSync } from "node:fs";
import { writeAtomically } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions } from "../types.ts";
import { explainRun, type Inputs } from "./explain.ts";
import { keyOf } from "./hash.ts";

export interface ActionName {
  readonly kind: "compile" | "archive" | "link";
  /** E.g. `lwip/tcp.c`; the same on every machine. */
  readonly name: string;
  /** What tells it from actions of the same name: an application's directory. Stays in the store. */
  readonly scope: string;
}

/** Runs an action, and tells whoever listens why it had to run. */
export async function runAction<Result>(
  store: Store,
  options: BuildOptions,
  action: ActionName,
  work: () => Promise<{ readonly result: Result; readonly inputs: Inputs }>,
): Promise<Result> {
  const startedAtMs = performance.now();
  const { result, inputs } = await work();
  const endedAtMs = performance.now();
  const path = store.path("runs", `${keyOf("run", action.kind, action.name, action.scope)}.json`);
  if (options.onAction) {
    const reasons = explainRun(lastInputs(path), inputs);
    options.onAction({ kind: action.kind, name: action.name, startedAtMs, endedAtMs, reasons });
  }
  await writeAtomically(store.temporaryDirectory, path, JSON.stringify(inputs));
  return result;
}

/** Times what is no action of the graph: a download, say. */
export async function timed<Result>(
  options: BuildOptions,
  kind: "fetch" | "wait",
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const startedAtMs = performance.now();
  try {
    return await work();
  } finally {
    options.onAction?.({ kind, name, startedAtMs, endedAtMs: performance.now(), reasons: [] });
  }
}

/** A lock of the store; the time that somebody else held it is told. */
export function locked<Result>(
  store: Store,
  name: string,
  options: BuildOptions,
  work: () => Promise<Result>,
  onWait?: () => void,
): Promise<Result> {
  let startedAtMs: number | undefined;
  const told = () => {
    if (startedAtMs !== undefined) {
      const endedAtMs = performance.now();
      options.onAction?.({ kind: "wait", name, startedAtMs, endedAtMs, reasons: [] });
    }
    return work();
  };
  return store.lock(name, options.signal, told, () => {
    startedAtMs = performance.now();
    onWait?.();
  });
}

function lastInputs(path: string): Inputs | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Inputs;
  } catch {
    return undefined;
  }
}
