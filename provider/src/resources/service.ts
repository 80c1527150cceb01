// `unikernel:index:Service`: replicas of one image behind one address. An update is a rollout: what
// preview has planned is done step by step, and turned back when a new replica fails.

import { planRollout } from "../rollouts/plan.ts";
import {
  emptyRecord,
  readService,
  readServices,
  type ServiceFiles,
  type ServiceRecord,
  serviceFiles,
  writeService,
} from "../services/files.ts";
import { applyFront, isFrontRunning } from "../services/front.ts";
import { containsUnknown, type PropertyMap, unwrapMap } from "../values.ts";
import { newId } from "./guest-boot.ts";
import { type CallContext, PartialFailure, type Resource } from "./resource.ts";
import { serviceChanges } from "./service-changes.ts";
import {
  type ServiceInputs,
  serviceFailures,
  serviceInputs,
  withServiceDefaults,
} from "./service-inputs.ts";
import { realServiceMachine, resolveFront, serviceMachineFailures } from "./service-machine.ts";
import { observe, removeService, removeStrays, type ServiceMachine } from "./service-parts.ts";
import { type Planned, plannedRollout } from "./service-plan.ts";
import { carryOut, type Work } from "./service-replicas.ts";
import { SERVICE_TOKEN, serviceSchema, serviceTypes } from "./service-schema.ts";
import {
  currentEntry,
  type HistoryEntry,
  historyIn,
  historyWith,
  inputsInForce,
  planIn,
  plannedService,
  revisionOf,
  serviceState,
} from "./service-state.ts";
import { guestDefaults } from "./settings.ts";

export function createService(machine: ServiceMachine): Resource {
  /** Ids that the engine has named in this provider's life: they are in a state. */
  const known = new Set<string>();
  const ownerOf = (urn: string) => `${urn} of ${machine.programDirectory}`;

  const filesOf = async (id: string) => serviceFiles(await machine.home(), id);

  /** The engine knows this service: it is no leftover, and belongs to this URN. */
  async function acknowledge(context: CallContext, id: string): Promise<ServiceRecord | undefined> {
    known.add(id);
    const files = await filesOf(id);
    const record = await readService(files);
    if (record === undefined) return undefined;
    const acknowledged = { ...record, owner: ownerOf(context.urn), progress: "kept" as const };
    if (JSON.stringify(acknowledged) !== JSON.stringify(record)) {
      await writeService(files, acknowledged);
    }
    return acknowledged;
  }

  /** Services whose creation was cut short, or of which the engine never learned. */
  async function removeLeftovers(context: CallContext): Promise<void> {
    for (const { id, owner, progress } of await readServices(await machine.home())) {
      if (owner !== ownerOf(context.urn) || progress === "kept" || known.has(id)) continue;
      context.log("info", `removing the service ${id}, which an interrupted update left behind`);
      await removeService(machine, id);
    }
  }

  /** What is worked on; a service of which this machine knows nothing is made anew. */
  async function workOn(context: CallContext, id: string): Promise<Work> {
    const files = await filesOf(id);
    const record = (await acknowledge(context, id)) ?? emptyRecord(id, ownerOf(context.urn));
    return { machine, context, files, record };
  }

  /** Makes the service as the program wants it, and tells the state that it has then. */
  async function roll(work: Work, state: PropertyMap, news: PropertyMap): Promise<PropertyMap> {
    const { files } = work;
    const had = work.record.front;
    await removeStrays(machine, files.id, work.record);
    const planned = await plannedRollout(machine, files, work.record, state, news);
    const { revision, entry, steps, plan } = planned;
    const front = await resolveFront(revision.inputs.front, had);
    try {
      await setFront(work, front);
      await carryOut(work, steps, revision);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const outcome = await afterFailure(work, state, revision.inputs, had);
      throw new PartialFailure(
        `${message}\n${outcome}`,
        files.id,
        await stateAfterFailure(work, state, news),
      );
    }
    await setLifecycles(work, revision.inputs);
    const history = historyWith(state, entry, Number(unwrapMap(news).historyLimit));
    await keepImages(files, state, history);
    const facts = await observe(machine, files, work.record, revision.inputs.guest);
    const told = plan.length === 0 ? planIn(state) : plan;
    return serviceState({
      inputs: news,
      record: work.record,
      facts,
      history,
      current: entry,
      plan: told,
    });
  }

  async function isAsWanted(
    files: ServiceFiles,
    record: ServiceRecord,
    state: PropertyMap,
    news: PropertyMap,
  ): Promise<boolean> {
    if (!(await isFrontRunning(files, record))) return false;
    const { revision, steps } = await plannedRollout(machine, files, record, state, news);
    const front = await resolveFront(revision.inputs.front, record.front);
    return steps.length === 0 && JSON.stringify(front) === JSON.stringify(record.front);
  }

  async function setFront(work: Work, front: ServiceRecord["front"]): Promise<void> {
    work.record = { ...work.record, front };
    await writeService(work.files, work.record);
    machine.onPoint?.("recorded");
    await applyFront(work.files, work.record);
  }

  /** After a failed rollout: back to what was there before, or left as it is. Says which. */
  async function afterFailure(
    work: Work,
    state: PropertyMap,
    wanted: ServiceInputs,
    front: ServiceRecord["front"],
  ): Promise<string> {
    const before = currentEntry(state);
    if (work.context.signal.aborted) {
      return "The rollout was interrupted; the next update completes it.";
    }
    if (wanted.onFailure === "pause") {
      return "The rollout is paused where it failed; the next update goes on from there.";
    }
    if (before === undefined) return "There is no earlier revision to return to.";
    // Not stopped by a cancelled update.
    const signal = new AbortController().signal;
    const status = (text: string) => work.context.status(`rolling back: ${text}`);
    const back: Work = { ...work, context: { ...work.context, signal, status } };
    try {
      const revision = revisionOf(before, state);
      await setFront(back, front);
      const facts = await observe(machine, work.files, back.record, revision.inputs.guest);
      const steps = planRollout(revision.inputs.rollout, facts);
      await carryOut(back, steps, revision);
      return `Rolled back: all ${revision.inputs.rollout.replicas} replicas are of revision ${before.revision} (${before.template.image}).`;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return `It could not be rolled back completely: ${message}`;
    } finally {
      work.record = back.record;
    }
  }

  /** What runs, and as inputs what is in force: that of before. */
  async function stateAfterFailure(work: Work, state: PropertyMap, news: PropertyMap) {
    const current = currentEntry(state);
    const inputs = current === undefined ? news : state;
    const guest = current === undefined ? undefined : revisionOf(current, state).inputs.guest;
    const facts = await observe(machine, work.files, work.record, guest);
    const history = historyIn(state);
    return serviceState({
      inputs,
      record: work.record,
      facts,
      history,
      current,
      plan: planIn(state),
    });
  }

  async function setLifecycles({ record }: Work, { guest }: ServiceInputs): Promise<void> {
    for (const { id, driver } of record.replicas) {
      await (await machine.driver({ name: driver })).setLifecycle(id, guest.lifecycle);
    }
  }

  /** An image stays in the store as long as one may return to it. */
  async function keepImages(
    files: ServiceFiles,
    state: PropertyMap,
    history: readonly HistoryEntry[],
  ): Promise<void> {
    const images = machine.revisionImages;
    if (images === undefined) return;
    for (const { revision, template } of history) {
      await images.keep(files.directory, revision, String(unwrapMap(template).image));
    }
    const stays = new Set(history.map(({ revision }) => revision));
    for (const { revision } of historyIn(state)) {
      if (!stays.has(revision)) await images.release(files.directory, revision);
    }
  }

  async function preview(
    context: CallContext,
    record: ServiceRecord,
    state: PropertyMap,
    news: PropertyMap,
  ): Promise<PropertyMap> {
    if (containsUnknown(news)) return plannedService(news, state, undefined, undefined);
    const files = await filesOf(record.id);
    const planned: Planned = await plannedRollout(machine, files, record, state, news);
    if (planned.plan.length > 0) context.log("info", planned.plan.join("\n"));
    return plannedService(news, state, planned.entry, planned.plan);
  }

  return {
    token: SERVICE_TOKEN,
    schema: serviceSchema,
    types: serviceTypes,

    async check(context, { news }) {
      const inputs = withServiceDefaults({ ...guestDefaults(context.settings, news), ...news });
      const failures = serviceFailures(inputs);
      if (failures.length > 0) return { inputs, failures };
      const owner = ownerOf(context.urn);
      return { inputs, failures: await serviceMachineFailures(machine, owner, inputs) };
    },

    async diff(context, { id, state, news }) {
      const record = await acknowledge(context, id);
      const changes = serviceChanges(state, news);
      if (Object.keys(changes.changes).length > 0 || containsUnknown(news)) return changes;
      const files = await filesOf(id);
      // What runs may not be what was left: something died, or an update was interrupted.
      const isSound = record !== undefined && (await isAsWanted(files, record, state, news));
      return isSound ? changes : { ...changes, needsUpdate: true };
    },

    async create(context, { inputs, preview: isPreview }) {
      const owner = ownerOf(context.urn);
      if (isPreview) {
        const planned = await preview(context, emptyRecord("new", owner), {}, inputs);
        return { id: "", state: planned };
      }
      await removeLeftovers(context);
      const id = newId(context.urn, "service");
      known.add(id);
      const files = await filesOf(id);
      const work: Work = { machine, context, files, record: emptyRecord(id, owner) };
      try {
        return { id, state: await roll(work, {}, inputs) };
      } catch (error) {
        if (serviceInputs(inputs).onFailure === "pause" && error instanceof PartialFailure)
          throw error;
        known.delete(id);
        await removeService(machine, id);
        throw error instanceof PartialFailure ? new Error(error.message) : error;
      }
    },

    async update(context, { id, state, news, preview: isPreview }) {
      const work = await workOn(context, id);
      return isPreview ? preview(context, work.record, state, news) : roll(work, state, news);
    },

    async read(context, { id, inputs, state }) {
      const record = await acknowledge(context, id);
      if (record === undefined) return null;
      if (Object.keys(inputs).length === 0) {
        throw new Error("a Service cannot be imported: what its replicas were given is not kept");
      }
      const files = await filesOf(id);
      const current = currentEntry(state);
      const guest = current === undefined ? undefined : revisionOf(current, state).inputs.guest;
      const facts = await observe(machine, files, record, guest);
      const history = historyIn(state);
      const inForce = inputsInForce(inputs, state);
      const found = serviceState({
        inputs: inForce,
        record,
        facts,
        history,
        current,
        plan: planIn(state),
      });
      return { inputs: inForce, state: found };
    },

    async delete(context, { id }) {
      context.status("stopping");
      await removeService(machine, id);
    },
  };
}

export const service = createService(realServiceMachine);
