// `unikernel:index:Guest`: an image that runs. Create starts it and waits for its health; another
// image replaces it, other settings restart it, and a failure leaves what was there running.
import type { Driver, GuestEdits, GuestSpec, PortForward } from "../drivers/driver.ts";
import { formatSize } from "../guests/quantities.ts";
import { containsUnknown, isPropertyList, type PropertyMap, unwrapMap } from "../values.ts";
import {
  boot,
  healthy,
  newId,
  removeForgotten,
  removeUnfinished,
  specOf,
  sticky,
} from "./guest-boot.ts";
import { changesLifecycle, guestChanges, needsRestart } from "./guest-changes.ts";
import { driverSelection } from "./guest-driver-input.ts";
import { findGuest, portInputs } from "./guest-import.ts";
import {
  type GuestInputs,
  guestInputs,
  inputFailures,
  knownPorts,
  withDefaults,
} from "./guest-inputs.ts";
import {
  DRIVER_NAMES,
  driverAndImage,
  type GuestMachine,
  machine as realMachine,
} from "./guest-machine.ts";
import { networkMachineFailures, withGuestNames } from "./guest-network-inputs.ts";
import { GUEST_TOKEN, guestSchema, guestTypes } from "./guest-schema.ts";
import { measured, measuredIn, outputsIn, plannedState, runningState } from "./guest-state.ts";
import { restartPredecessors, stopPredecessors } from "./guest-succession.ts";
import { isOwnVolume, volumeMachineFailures } from "./guest-volumes.ts";
import type { CallContext, CheckFailure, Resource } from "./resource.ts";
import { guestDefaults } from "./settings.ts";

export function createGuest(machine: GuestMachine): Resource {
  /** Ids that the engine has named in this provider's life: they are in a state. */
  const known = new Set<string>();
  /** Ids that this provider is creating at the moment. */
  const inProgress = new Set<string>();
  /** Ports that a resource has asked for before, as far as the engine has said. */
  const portsBefore = new Map<string, readonly PortForward[]>();
  const ownerOf = (urn: string) => `${urn} of ${machine.programDirectory}`;

  /** The engine knows this guest: it is no leftover, and belongs to this URN. A resource may have
   * been renamed, and a program's directory moved. */
  async function acknowledge(context: CallContext, driver: Driver, id: string): Promise<void> {
    known.add(id);
    await driver.mark(id, ownerOf(context.urn), "kept");
  }

  async function machineFailures(
    urn: string,
    inputs: PropertyMap,
    olds: PropertyMap,
  ): Promise<CheckFailure[]> {
    const plain = unwrapMap(inputs);
    if (containsUnknown(plain.driver ?? null)) return [];
    const found = await driverAndImage(machine, plain);
    if ("reason" in found) return [found];
    const { driver, image } = found;
    const failures = [
      ...(await volumeMachineFailures(driver, image, plain.volumes, (holder) =>
        isOwnVolume(holder, ownerOf(urn), olds),
      )),
      ...(await networkMachineFailures(driver, ownerOf(urn), plain.networks)),
    ];
    if (!isPropertyList(plain.ports) || containsUnknown(plain.ports)) return failures;
    // A port that this resource asked for before is its own; under another name or driver, perhaps.
    // The engine does not say it again when it checks the inputs of a replacement.
    const asked = containsUnknown(olds) ? [] : knownPorts(unwrapMap(olds).ports ?? []);
    const before = [...asked, ...(portsBefore.get(urn) ?? [])];
    portsBefore.set(urn, before);
    const isNew = (host: number) => !before.some((port) => port.host === host);
    const problems = await driver.portProblems(ownerOf(urn), knownPorts(plain.ports));
    const refused = problems
      .filter(({ index }) => isNew(knownPorts(plain.ports ?? [])[index]?.host ?? 0))
      .map(({ index, reason }) => ({ property: `ports[${index}].host`, reason }));
    return [...failures, ...refused];
  }

  async function create(context: CallContext, inputs: PropertyMap) {
    const wanted = guestInputs(inputs);
    const driver = await machine.driver(wanted.driver);
    const owner = ownerOf(context.urn);
    await removeUnfinished(context, driver, owner, inProgress);
    const id = newId(context.urn, "guest");
    const { spec, symbolsPath } = await specOf(machine, id, owner, wanted);
    inProgress.add(id);
    let predecessors: readonly GuestSpec[] = [];
    try {
      // With their disks, of which only one guest at a time may be the user.
      predecessors = await stopPredecessors(context, driver, spec);
      const { status, times } = await boot(context, driver, spec, wanted, symbolsPath);
      // Only now, when it is healthy, does a predecessor lose its ports.
      const ports = await driver.takePorts(id, spec.ports);
      context.signal.throwIfAborted();
      await driver.mark(id, owner, "created");
      await removeForgotten(context, driver, owner, new Set([...known, id]));
      known.add(id);
      return { id, state: runningState(inputs, { ...status, ports }, measured(times)) };
    } catch (error) {
      await driver.remove(id).catch((removal: Error) => {
        context.log("warning", `the guest ${id} could not be removed: ${removal.message}`);
      });
      await restartPredecessors(context, driver, predecessors, error);
      throw error;
    } finally {
      inProgress.delete(id);
    }
  }

  async function restart(
    context: CallContext,
    id: string,
    inputs: { readonly olds: PropertyMap; readonly news: PropertyMap; readonly state: PropertyMap },
  ): Promise<PropertyMap> {
    const wanted = guestInputs(inputs.news);
    const driver = await machine.driver(wanted.driver);
    const owner = ownerOf(context.urn);
    const had = knownPorts(unwrapMap(inputs.state).ports ?? []);
    const ports = await sticky(driver, owner, wanted.ports, had);
    const { spec, symbolsPath } = await specOf(machine, id, owner, wanted);
    // A refusal changes nothing: there is nothing to restore then.
    const problems = await driver.portProblems(owner, ports);
    if (problems.length > 0) {
      throw new Error(
        problems.map(({ index, reason }) => `ports[${index}].host: ${reason}`).join("\n"),
      );
    }
    try {
      const next = { ...spec, ports };
      const { status, times } = await boot(context, driver, next, wanted, symbolsPath);
      await driver.mark(id, owner, "kept");
      return runningState(inputs.news, status, measured(times));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const outcome = await restore(context, driver, id, guestInputs(inputs.olds), had);
      throw new Error(`${message}\n${outcome}`);
    }
  }

  /** Starts a guest as it was before; says how that went. Not stopped by a cancelled update. */
  async function restore(
    context: CallContext,
    driver: Driver,
    id: string,
    before: GuestInputs,
    had: GuestInputs["ports"],
  ): Promise<string> {
    const calm: CallContext = { ...context, signal: new AbortController().signal };
    context.status("starting it again as it was");
    try {
      const owner = ownerOf(context.urn);
      const { spec, symbolsPath } = await specOf(machine, id, owner, before);
      const ports = await sticky(driver, owner, before.ports, had);
      await boot(calm, driver, { ...spec, ports }, before, symbolsPath);
      return "The guest runs again with its previous settings.";
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return `Its previous settings do not work either: ${message}`;
    }
  }

  return {
    token: GUEST_TOKEN,
    schema: guestSchema,
    types: guestTypes,

    async check(context, { olds, news }) {
      const said = { ...guestDefaults(context.settings, news), ...news };
      const inputs = withGuestNames(withDefaults(said), context.urn);
      const failures = inputFailures(inputs, DRIVER_NAMES);
      if (failures.length > 0) return { inputs, failures };
      return { inputs, failures: await machineFailures(context.urn, inputs, olds) };
    },

    async diff(context, { id, olds, news }) {
      const selected = driverSelection(unwrapMap(olds).driver);
      await acknowledge(context, await machine.driver(selected), id);
      return guestChanges(olds, news);
    },

    async create(context, { inputs, preview }) {
      if (preview) return { id: "", state: plannedState(inputs, {}) };
      return create(context, inputs);
    },

    async update(context, { id, olds, state, news, preview }) {
      const changed = Object.keys(guestChanges(olds, news).changes);
      if (needsRestart(changed, news)) {
        return preview ? plannedState(news, state) : restart(context, id, { olds, news, state });
      }
      if (preview) return { ...news, ...outputsIn(state) };
      // The new check must hold, or the next start would fail.
      const wanted = guestInputs(news);
      const driver = await machine.driver(wanted.driver);
      if (changesLifecycle(changed)) await driver.setLifecycle(id, wanted.lifecycle);
      const status = await driver.status(id);
      await healthy(context, driver, id, status, wanted, undefined);
      return runningState(news, status, measuredIn(state));
    },

    async read(context, { id, inputs, state }) {
      const imported =
        Object.keys(inputs).length > 0 ? undefined : await findGuest(machine, context.settings, id);
      if (imported === null) return null;
      const known = imported ?? inputs;
      const driver = await machine.driver(driverSelection(unwrapMap(known).driver));
      const status = await driver.status(id);
      if (status.state !== "running" && status.state !== "starting") return null;
      const found = withEdits(known, status.edited);
      await acknowledge(context, driver, id);
      return { inputs: found, state: runningState(found, status, measuredIn(state)) };
    },

    async delete(context, { id, state }) {
      const driver = await machine.driver(driverSelection(unwrapMap(state).driver));
      context.status("stopping");
      await driver.remove(id);
    },
  };
}

/** What somebody else has changed is told as inputs that differ from the program's. */
function withEdits(inputs: PropertyMap, edited: GuestEdits = {}): PropertyMap {
  const { digest, memoryBytes, cpus, ports } = edited;
  return {
    ...inputs,
    ...(digest === undefined ? {} : { image: digest }),
    ...(memoryBytes === undefined ? {} : { memory: formatSize(memoryBytes) }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(ports === undefined ? {} : { ports: portInputs(ports) }),
  };
}

export const guest = createGuest(realMachine);
