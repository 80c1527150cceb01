// What an update of a service would do, and why: the same for a preview, a diff and the update.
import { stat } from "node:fs/promises";
import { describePlan } from "../rollouts/describe.ts";
import { planRollout, type Step } from "../rollouts/plan.ts";
import type { ServiceFiles, ServiceRecord } from "../services/files.ts";
import type { PropertyMap } from "../values.ts";
import { type ImageFacts, templateReasons } from "./service-changes.ts";
import { observe, type ReplicaFacts, type ServiceMachine } from "./service-parts.ts";
import type { Revision } from "./service-replicas.ts";
import { currentEntry, type HistoryEntry, revisionOf, wantedEntry } from "./service-state.ts";

export interface Planned {
  readonly entry: HistoryEntry;
  readonly revision: Revision;
  readonly steps: readonly Step[];
  /** In words; empty when there is nothing to do. */
  readonly plan: readonly string[];
}

/** Only for inputs without unknown values. */
export async function plannedRollout(
  machine: ServiceMachine,
  files: ServiceFiles,
  record: ServiceRecord,
  state: PropertyMap,
  news: PropertyMap,
): Promise<Planned> {
  const entry = wantedEntry(state, news, new Date().toISOString());
  const revision = revisionOf(entry, news);
  const { guest, rollout } = revision.inputs;
  const facts = await observe(machine, files, record, guest);
  const steps = planRollout(rollout, facts);
  const before = currentEntry(state)?.template;
  const serving = facts.filter(({ serves }) => serves);
  const old = serving.find(({ isCurrent }) => !isCurrent)?.digest;
  const images = {
    old: old === undefined ? undefined : await imageFacts(machine, old),
    next: await imageFacts(machine, guest.digest),
  };
  const reasons = [
    ...templateReasons(before ?? entry.template, entry.template, images),
    ...replicaReasons(facts, rollout.replicas),
  ];
  return { entry, revision, steps, plan: describePlan(rollout, steps, reasons) };
}

function replicaReasons(facts: readonly ReplicaFacts[], wanted: number): string[] {
  const serving = facts.filter(({ serves }) => serves).length;
  const broken = facts.length - serving;
  return [
    ...(broken > 0 ? [`replicas that do not serve: ${broken} of ${facts.length}`] : []),
    ...(broken === 0 && serving !== wanted ? [`replicas: ${serving} → ${wanted}`] : []),
  ];
}

async function imageFacts(machine: ServiceMachine, digest: string): Promise<ImageFacts> {
  const path = (await machine.image(digest))?.path;
  const file = path === undefined ? undefined : await stat(path).catch(() => undefined);
  return file === undefined ? { digest } : { digest, sizeBytes: file.size };
}
