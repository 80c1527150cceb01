// The outputs of a service: where it answers, which revisions it has had and what runs now.
import { reachableHost } from "../drivers/driver.ts";
import type { Front, ServiceRecord } from "../services/files.ts";
import {
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  sameValue,
  Unknown,
  unwrapMap,
} from "../values.ts";
import {
  knownFrontPorts,
  pick,
  SERVICE_INPUTS,
  serviceInputs,
  templateOf,
} from "./service-inputs.ts";
import type { ReplicaFacts } from "./service-parts.ts";
import type { Revision } from "./service-replicas.ts";

/** A template that was rolled out, and when. */
export interface HistoryEntry {
  readonly revision: number;
  readonly at: string;
  readonly template: PropertyMap;
}

export function historyIn(state: PropertyMap): HistoryEntry[] {
  const { history } = state;
  if (!isPropertyList(history)) return [];
  return history.filter(isPropertyMap).map(({ revision, at, ...template }) => ({
    ...{ revision: Number(revision), at: String(at), template },
  }));
}

/** What is in force of an earlier state; undefined before there was any. */
export function currentEntry(state: PropertyMap): HistoryEntry | undefined {
  return historyIn(state).find(({ revision }) => revision === state.currentRevision);
}

/** The revision that is asked for: an old one that is pinned, the present one, or a new one. */
export function wantedEntry(state: PropertyMap, news: PropertyMap, at: string): HistoryEntry {
  const history = historyIn(state);
  const { revision: pinned } = unwrapMap(news);
  if (typeof pinned === "number") {
    const entry = history.find(({ revision }) => revision === pinned);
    if (entry !== undefined) return entry;
    const known = history.map(({ revision }) => revision).join(", ");
    throw new Error(
      `revision: there is no revision ${pinned} in the history${known === "" ? ", which is empty" : `; there are ${known}`}`,
    );
  }
  const template = templateOf(news);
  const current = currentEntry(state);
  if (current !== undefined && sameValue(current.template, template)) return current;
  const newest = Math.max(0, ...history.map(({ revision }) => revision));
  return { revision: newest + 1, at, template };
}

/** The newest, and the present one in any case. */
export function historyWith(
  state: PropertyMap,
  entry: HistoryEntry,
  limit: number,
): readonly HistoryEntry[] {
  const others = historyIn(state).filter(({ revision }) => revision !== entry.revision);
  const kept = limit > 1 ? others.slice(-(limit - 1)) : [];
  return [...kept, entry].sort((one, other) => one.revision - other.revision);
}

/** A revision with everything else as these inputs say. */
export function revisionOf(entry: HistoryEntry, inputs: PropertyMap): Revision {
  const all = { ...pick(inputs, SERVICE_INPUTS), ...entry.template };
  return { number: entry.revision, inputs: serviceInputs(all) };
}

/** The inputs that hold: after a failed update the engine remembers those of the program. */
export function inputsInForce(inputs: PropertyMap, state: PropertyMap): PropertyMap {
  const ports = askedPorts(state.ports, inputs.ports) ?? [];
  return { ...pick(state, SERVICE_INPUTS), ports };
}

/** The ports of a state, but 0 for those of which the program left the choice to us. */
export function askedPorts(
  had: PropertyValue | undefined,
  wanted: PropertyValue | undefined,
): PropertyValue | undefined {
  if (!isPropertyList(had) || !isPropertyList(wanted)) return had;
  return had.map((port, index) => {
    const next = wanted[index];
    return isPropertyMap(port) && isPropertyMap(next) && next.host === 0
      ? { ...port, host: 0 }
      : port;
  });
}

export function planIn({ plan }: PropertyMap): readonly string[] {
  return isPropertyList(plan) ? plan.map(String) : [];
}

export interface Outcome {
  /** In force: those of the program, or of before when a rollout was turned back. */
  readonly inputs: PropertyMap;
  readonly record: ServiceRecord;
  readonly facts: readonly ReplicaFacts[];
  readonly history: readonly HistoryEntry[];
  readonly current: HistoryEntry | undefined;
  readonly plan: readonly string[];
}

export function serviceState(outcome: Outcome): PropertyMap {
  const { inputs, record, facts, history, current, plan } = outcome;
  return {
    ...pick(inputs, SERVICE_INPUTS),
    ...placement(record.front),
    digest: current?.template.image ?? "",
    currentRevision: current?.revision ?? 0,
    instances: facts.map(({ id, digest, record: { revision, targets }, serves }) => ({
      ...{ id, digest, revision, port: targets[0]?.port ?? 0, ready: serves },
    })),
    plan: [...plan],
    history: history.map(({ revision, at, template }) => ({ revision, at, ...template })),
  };
}

function placement({ ports }: Front): PropertyMap {
  const [first] = ports;
  return {
    ports: ports.map(({ host, guest, address, protocol }) => ({ host, guest, address, protocol })),
    url: first === undefined ? "" : urlOf(first.address, first.host),
  };
}

function urlOf(address: string, host: number): string {
  return `http://${reachableHost({ address, host, guest: 0, protocol: "tcp" })}:${host}`;
}

/** What preview can say of a service that is going to change. */
export function plannedService(
  news: PropertyMap,
  before: PropertyMap,
  entry: HistoryEntry | undefined,
  plan: readonly string[] | undefined,
): PropertyMap {
  const unknown = Unknown.instance;
  const isQuiet = plan?.length === 0;
  const keeps = (name: string) => (isQuiet ? (before[name] ?? unknown) : unknown);
  return {
    ...pick(news, SERVICE_INPUTS),
    ...plannedPlacement(news, before),
    digest: entry?.template.image ?? unknown,
    currentRevision: entry?.revision ?? unknown,
    instances: keeps("instances"),
    plan: plan === undefined ? unknown : isQuiet ? (before.plan ?? []) : [...plan],
    history: keeps("history"),
  };
}

function plannedPlacement(news: PropertyMap, before: PropertyMap): PropertyMap {
  const { ports = [] } = unwrapMap(news);
  if (!isPropertyList(ports)) return { ports: Unknown.instance, url: Unknown.instance };
  const had = knownFrontPorts(before.ports);
  const wanted = knownFrontPorts(ports).map((port, index) => ({
    ...port,
    // One that was chosen stays.
    host: port.host === 0 ? (had[index]?.host ?? Unknown.instance) : port.host,
  }));
  const [first] = wanted;
  const isKnown = typeof first?.host === "number" && typeof first.address === "string";
  const url = isKnown ? urlOf(first.address, Number(first.host)) : Unknown.instance;
  return { ports: wanted as unknown as PropertyMap[], url };
}
