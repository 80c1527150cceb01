// Carries out what a rollout has planned for the replicas of a service.
// What will exist is recorded before it is started, and forgotten only after it has ended.
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Driver } from "../drivers/driver.ts";
import { failureReport } from "../guests/report.ts";
import { pause } from "../guests/wait.ts";
import type { Step } from "../rollouts/plan.ts";
import {
  type ReplicaRecord,
  type ServiceFiles,
  type ServiceRecord,
  writeService,
} from "../services/files.ts";
import { applyFront, awaitUnused } from "../services/front.ts";
import { SLOTS } from "../services/haproxy-configuration.ts";
import { boot, specOf } from "./guest-boot.ts";
import type { CallContext } from "./resource.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { observe, type ServiceMachine } from "./service-parts.ts";

/** A service that is worked on: its record as it is on disk, and who asked. */
export interface Work {
  readonly machine: ServiceMachine;
  readonly context: CallContext;
  readonly files: ServiceFiles;
  record: ServiceRecord;
}

/** What replicas are to become. */
export interface Revision {
  readonly number: number;
  readonly inputs: ServiceInputs;
}

/** More would take processors from those that serve. */
const STARTS_AT_ONCE = availableParallelism();
const WATCH_MS = 100;

/** Does what is planned, step by step; throws at the first failure and leaves all as it is then. */
export async function carryOut(
  work: Work,
  steps: readonly Step[],
  revision: Revision,
): Promise<void> {
  const ids = new Map<string, string>();
  const started = new Set<string>();
  const idOf = (name: string) => ids.get(name) ?? name;
  for (const [index, { kind, replicas }] of steps.entries()) {
    work.context.signal.throwIfAborted();
    const progress = `step ${index + 1} of ${steps.length}`;
    const names = replicas.map(idOf);
    switch (kind) {
      case "start": {
        work.context.status(`${progress}: starting ${replicas.length}`);
        const slots = freeSlots(work.record, replicas.length);
        await inPool(work, replicas, async (name, signal, position) => {
          const id = `${work.files.id}-${randomBytes(4).toString("hex")}`;
          ids.set(name, id);
          await startReplica(work, revision, { id, slot: slots[position] ?? 0, signal });
        });
        for (const name of replicas) started.add(idOf(name));
        break;
      }
      case "enter":
        work.context.status(`${progress}: sending requests to ${names.length} new`);
        await enter(work, names);
        break;
      case "leave":
        // The last moment at which there is a way back without a gap.
        await expectWorking(work, [...started]);
        work.context.status(`${progress}: waiting for requests of ${names.length} old to finish`);
        await leave(work, names, revision.inputs.drainTimeoutMs);
        break;
      case "stop":
      case "discard":
        work.context.status(`${progress}: stopping ${names.length}`);
        if (kind === "discard") await leaveIfReachable(work, names, revision);
        await removeReplicas(work, names);
        break;
    }
  }
  await expectWorking(work, [...started]);
}

/** Several at a time; when one fails the others are called off, and its error is thrown. */
async function inPool<Item>(
  work: Work,
  items: readonly Item[],
  act: (item: Item, signal: AbortSignal, position: number) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([work.context.signal, failed.signal]);
  const waiting = [...items.entries()];
  let first: unknown;
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        if (!failed.signal.aborted) await act(next[1], signal, next[0]);
      } catch (error) {
        if (!failed.signal.aborted) first = error;
        failed.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(STARTS_AT_ONCE, items.length) }, worker));
  if (failed.signal.aborted) throw first;
}

async function startReplica(
  work: Work,
  { number, inputs }: Revision,
  { id, slot, signal }: { id: string; slot: number; signal: AbortSignal },
): Promise<void> {
  const { machine, context, record } = work;
  const driver = await machine.driver(inputs.guest.driver);
  const deadline = AbortSignal.timeout(inputs.deadlineMs);
  const quiet: CallContext = {
    ...context,
    signal: AbortSignal.any([signal, deadline]),
    status: () => undefined,
  };
  const owner = replicaOwner(record, id);
  const { spec, symbolsPath } = await specOf(machine, id, owner, inputs.guest);
  const replica: ReplicaRecord = {
    ...{ id, driver: driver.name, revision: number, slot, phase: "starting", targets: [] },
  };
  await change(work, (replicas) => [...replicas, replica]);
  machine.onPoint?.("recorded");
  try {
    const { status } = await boot(quiet, driver, spec, inputs.guest, symbolsPath);
    await driver.mark(id, owner, "kept");
    machine.onPoint?.("booted");
    const targets = status.ports.map(({ guest, address, host }) => ({
      guest,
      address,
      port: host,
    }));
    await stayReady(driver, id, inputs.minReadyMs, quiet.signal, symbolsPath);
    await change(work, (replicas) =>
      replicas.map((each) => (each.id === id ? { ...each, targets } : each)),
    );
    machine.onPoint?.("ready");
  } catch (error) {
    if (signal.aborted) throw error;
    const seconds = inputs.deadlineMs / 1_000;
    const text = deadline.aborted
      ? await failureReport(driver, id, `not ready within ${seconds} s`, symbolsPath)
      : messageOf(error);
    throw new Error(`the new replica ${id} failed: ${text}`);
  }
}

/** Each its own: guests of one owner are each other's successors. */
function replicaOwner({ owner }: ServiceRecord, id: string): string {
  return `${owner}, replica ${id}`;
}

/** Looks for a time whether it goes on running. */
async function stayReady(
  driver: Driver,
  id: string,
  durationMs: number,
  signal: AbortSignal,
  symbolsPath: string,
): Promise<void> {
  const end = performance.now() + durationMs;
  const { restarts: before = 0 } = await driver.status(id);
  while (performance.now() < end) {
    await pause(Math.min(WATCH_MS, durationMs), signal);
    const { state, restarts = 0 } = await driver.status(id);
    if (state === "running" && restarts === before) continue;
    const seconds = durationMs / 1_000;
    const reason = `it ${state === "running" ? "ended" : state} within ${seconds} s after it was ready`;
    throw new Error(await failureReport(driver, id, reason, symbolsPath));
  }
}

/** Whether what was started still works; one that has died since is a failed start like any other. */
async function expectWorking(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const facts = await observe(work.machine, work.files, work.record, undefined);
  const bad = facts.find(({ id, serves }) => ids.includes(id) && !serves);
  if (bad === undefined) return;
  const driver = await work.machine.driver({ name: bad.record.driver });
  const { state } = await driver.status(bad.id);
  const reason = bad.isRunning ? "its health check fails" : `it ${state} after it was ready`;
  const symbols = (await work.machine.image(bad.digest))?.symbolsPath;
  const report = await failureReport(driver, bad.id, reason, symbols);
  throw new Error(`the new replica ${bad.id} failed: ${report}`);
}

async function enter(work: Work, ids: readonly string[]): Promise<void> {
  await setPhase(work, ids, "serving");
  work.machine.onPoint?.("entering");
  await applyFront(work.files, work.record);
  work.machine.onPoint?.("entered");
}

async function leave(work: Work, ids: readonly string[], timeoutMs: number): Promise<void> {
  await setPhase(work, ids, "leaving");
  work.machine.onPoint?.("leaving");
  await applyFront(work.files, work.record);
  const { signal } = work.context;
  await Promise.all(
    work.record.replicas
      .filter(({ id }) => ids.includes(id))
      .map((replica) => awaitUnused(work.files, work.record, replica, { timeoutMs, signal })),
  );
  work.machine.onPoint?.("left");
}

/** Of what does not serve, some may still have requests: those that were leaving already. */
async function leaveIfReachable(
  work: Work,
  ids: readonly string[],
  { inputs }: Revision,
): Promise<void> {
  const reachable: string[] = [];
  for (const { id, driver, phase } of work.record.replicas) {
    if (!ids.includes(id) || phase === "starting") continue;
    const { state } = await (await work.machine.driver({ name: driver })).status(id);
    if (state === "running") reachable.push(id);
  }
  await leave(work, reachable, inputs.drainTimeoutMs);
}

async function removeReplicas(work: Work, ids: readonly string[]): Promise<void> {
  const leaving = work.record.replicas.filter(({ id }) => ids.includes(id));
  await Promise.all(
    leaving.map(async ({ id, driver }) => (await work.machine.driver({ name: driver })).remove(id)),
  );
  work.machine.onPoint?.("removed");
  await change(work, (replicas) => replicas.filter(({ id }) => !ids.includes(id)));
  await applyFront(work.files, work.record);
  work.machine.onPoint?.("stopped");
}

function setPhase(work: Work, ids: readonly string[], phase: ReplicaRecord["phase"]) {
  return change(work, (replicas) =>
    replicas.map((replica) => (ids.includes(replica.id) ? { ...replica, phase } : replica)),
  );
}

const writing = new WeakMap<Work, Promise<void>>();

/** One change after the other: replicas start several at a time. */
function change(
  work: Work,
  edit: (replicas: readonly ReplicaRecord[]) => readonly ReplicaRecord[],
): Promise<void> {
  const next = (writing.get(work) ?? Promise.resolve())
    .catch(() => undefined)
    .then(async () => {
      const record = { ...work.record, replicas: edit(work.record.replicas) };
      await writeService(work.files, record);
      work.record = record;
    });
  writing.set(work, next);
  return next;
}

function freeSlots({ replicas }: ServiceRecord, count: number): number[] {
  const taken = new Set(replicas.map(({ slot }) => slot));
  const free = Array.from({ length: SLOTS }, (_, slot) => slot).filter((slot) => !taken.has(slot));
  if (free.length < count) throw new Error(`there is room for ${SLOTS} replicas at a time`);
  return free.slice(0, count);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
