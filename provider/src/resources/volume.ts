// `unikernel:index:Volume`: a disk that outlives the guests that have it. It grows in place; whatever
// would lose what is on it is refused while it is protected.
import { existsSync } from "node:fs";
import type { Driver } from "../drivers/driver.ts";
import type { VolumeDriver, VolumeSource, VolumeStatus } from "../drivers/volume-driver.ts";
import { holderOf } from "../drivers/volume-holders.ts";
import { formatSize } from "../guests/quantities.ts";
import { containsUnknown, type PropertyMap, Unknown, unwrap, unwrapMap } from "../values.ts";
import { newId } from "./guest-boot.ts";
import { type DriverSelection, driverSelection, normalDriver } from "./guest-driver-input.ts";
import { type GuestMachine, machine as realMachine } from "./guest-machine.ts";
import { inputChanges } from "./input-changes.ts";
import type { CallContext, CheckFailure, DiffResult, Resource } from "./resource.ts";
import { driverDefaults } from "./settings.ts";
import {
  changeFailures,
  REPLACING,
  VOLUME_INPUTS,
  volumeInputFailures,
  volumeInputs,
  withVolumeDefaults,
} from "./volume-inputs.ts";
import { VOLUME_TOKEN, volumeSchema } from "./volume-schema.ts";

/** Where a volume is looked for that is imported by its id alone: what this machine has of these. */
const IMPORTED_FROM = ["qemu", "sandbox", "libvirt"] as const;

type VolumeMachine = Pick<GuestMachine, "driver" | "programDirectory">;

export function createVolume(machine: VolumeMachine): Resource {
  /** Ids that the engine has named in this provider's life: they are in a state. */
  const known = new Set<string>();
  /** Ids that this provider is creating at the moment. */
  const inProgress = new Set<string>();
  const ownerOf = (urn: string) => `${urn} of ${machine.programDirectory}`;

  async function storeOf(selection: DriverSelection) {
    const driver = await machine.driver(selection);
    const { volumes } = driver;
    if (volumes === undefined) throw new Error(`the driver "${driver.name}" has no volumes`);
    return { driver, volumes };
  }

  async function acknowledge(context: CallContext, volumes: VolumeDriver, id: string) {
    known.add(id);
    await volumes.mark(id, ownerOf(context.urn), "kept");
  }

  /** Fills in what the driver decides, and asks it and the disk for what is asked. */
  async function machineFailures(
    inputs: PropertyMap,
    olds: PropertyMap,
  ): Promise<{
    readonly inputs: PropertyMap;
    readonly failures: readonly CheckFailure[];
  }> {
    if (containsUnknown(inputs.driver ?? null)) return { inputs, failures: [] };
    const selection = driverSelection(inputs.driver);
    const driver = await machine.driver(selection);
    const unavailable = await driver.unavailable();
    const { volumes } = driver;
    if (unavailable !== null || volumes === undefined) {
      const reason = unavailable ?? `the driver "${driver.name}" has no volumes`;
      return { inputs, failures: [{ property: "driver", reason }] };
    }
    const complete = { format: volumes.usualFormat, ...inputs };
    const failures: CheckFailure[] = [];
    const { format, source } = volumeInputs(complete);
    if (!containsUnknown(complete.format)) {
      const reason = await volumes.formatProblem(format);
      if (reason !== null) failures.push({ property: "format", reason });
    }
    // Once a volume is made, what it started from may be gone.
    if (inputs.source !== olds.source) failures.push(...(await sourceFailures(source, volumes)));
    return { inputs: complete, failures };
  }

  async function create(context: CallContext, inputs: PropertyMap) {
    const { driver: selection, sizeBytes, format, source } = volumeInputs(inputs);
    const { driver, volumes } = await storeOf(selection);
    const owner = ownerOf(context.urn);
    await removeLeftovers(context, driver, volumes, owner);
    const from = source && (await sourceNow(driver, source));
    const id = newId(context.urn, "volume");
    inProgress.add(id);
    try {
      if (source !== undefined) context.status("copying what it starts from");
      const spec = {
        id,
        owner,
        sizeBytes,
        format,
        ...(from === undefined ? {} : { source: from }),
      };
      await volumes.create(spec, context.signal);
      const status = await volumes.status(id);
      if (status === undefined) throw new Error(`the volume ${id} is gone right after it was made`);
      if (status.sizeBytes > sizeBytes) {
        throw new Error(
          `source: it has ${formatSize(status.sizeBytes)}, which do not fit into ${formatSize(sizeBytes)}`,
        );
      }
      // Should the engine not learn of it, the next attempt may remove an empty one, never a copy.
      await volumes.mark(id, owner, source === undefined ? "created" : "kept");
      known.add(id);
      return { id, state: stateOf(inputs, status) };
    } catch (error) {
      await volumes.remove(id);
      throw error;
    } finally {
      inProgress.delete(id);
    }
  }

  /** Volumes of which the engine never learned, so that nothing can be on them. */
  async function removeLeftovers(
    context: CallContext,
    driver: Driver,
    volumes: VolumeDriver,
    owner: string,
  ): Promise<void> {
    for (const { id, owner: other, progress } of await volumes.list()) {
      if (other !== owner || progress === "kept" || known.has(id) || inProgress.has(id)) continue;
      if ((await holderOf(driver, id)) !== undefined) continue;
      context.log("info", `removing the volume ${id}, whose creation was interrupted`);
      await volumes.remove(id);
    }
  }

  return {
    token: VOLUME_TOKEN,
    schema: volumeSchema,

    async check(context, { olds, news }) {
      const inputs = withVolumeDefaults(news, driverDefaults(context.settings));
      const failures = volumeInputFailures(inputs);
      if (failures.length > 0) return { inputs, failures };
      const before = unwrapMap(olds);
      const asked = await machineFailures(inputs, before);
      const changes = changeFailures(before, asked.inputs);
      return { inputs: asked.inputs, failures: [...changes, ...asked.failures] };
    },

    async diff(context, { id, olds, news }) {
      const { volumes } = await storeOf(driverSelection(unwrapMap(olds).driver));
      await acknowledge(context, volumes, id);
      return volumeChanges(unwrapMap(olds), news);
    },

    async create(context, { inputs, preview }) {
      if (!preview) return create(context, inputs);
      return { id: "", state: plannedState(inputs, Unknown.instance) };
    },

    async update(context, { id, state, news, preview }) {
      if (preview) return plannedState(news, state.usedBytes ?? Unknown.instance);
      const { driver: selection, sizeBytes } = volumeInputs(news);
      const { driver, volumes } = await storeOf(selection);
      await volumes.grow(id, sizeBytes, await holderOf(driver, id));
      await acknowledge(context, volumes, id);
      const status = await volumes.status(id);
      if (status === undefined) throw new Error(`the volume ${id} is gone`);
      return stateOf(news, status);
    },

    async read(context, { id, inputs, state }) {
      const isImport = Object.keys(inputs).length === 0;
      const places = isImport ? IMPORTED_FROM.map(normalDriver) : [unwrap(inputs.driver ?? null)];
      for (const place of places) {
        const selection = driverSelection(place);
        const isHere = async () => (await (await machine.driver(selection)).unavailable()) === null;
        if (isImport && !(await isHere())) continue;
        const { volumes } = await storeOf(selection);
        const status = await volumes.status(id);
        if (status === undefined) continue;
        await acknowledge(context, volumes, id);
        const base = isImport ? { driver: place, deletionProtection: true } : inputs;
        const found = { ...base, size: formatSize(status.sizeBytes), format: status.format };
        return { inputs: found, state: { ...state, ...stateOf(found, status) } };
      }
      return null;
    },

    async delete(context, { id, state }) {
      const { driver: selection, deletionProtection } = volumeInputs(state);
      const { driver, volumes } = await storeOf(selection);
      if ((await volumes.status(id)) === undefined) return volumes.remove(id);
      if (deletionProtection) {
        throw new Error(
          `the volume ${id} is protected, so that what is on it is not lost by accident; to delete it, set deletionProtection: false, run \`pulumi up\`, and try again. To keep it and only forget it: pulumi state delete '${context.urn}'`,
        );
      }
      await refuseAttached(driver, id);
      context.status("deleting");
      await volumes.remove(id);
    },
  };
}

async function sourceFailures(
  source: ReturnType<typeof volumeInputs>["source"],
  volumes: VolumeDriver,
): Promise<CheckFailure[]> {
  if (source === undefined) return [];
  if ("file" in source) {
    if (existsSync(source.file)) return [];
    return [{ property: "source", reason: `there is no file ${source.file}` }];
  }
  if ((await volumes.status(source.volume)) !== undefined) return [];
  const reason = `there is no volume "${source.volume}" of this driver, and a file's path has a slash (./${source.volume})`;
  return [{ property: "source", reason }];
}

/** With the guest that may have it at the moment. */
async function sourceNow(driver: Driver, source: VolumeSource): Promise<VolumeSource> {
  if ("file" in source) return source;
  const attached = await holderOf(driver, source.volume);
  return attached === undefined ? source : { ...source, attached };
}

async function refuseAttached(driver: Driver, id: string): Promise<void> {
  const holder = await holderOf(driver, id);
  if (holder === undefined) return;
  throw new Error(
    `the volume ${id} is attached to the guest ${holder.guest} (${holder.owner}), which runs; detach it first`,
  );
}

function volumeChanges(olds: PropertyMap, news: PropertyMap): DiffResult {
  const changes = inputChanges(VOLUME_INPUTS, REPLACING, olds, news);
  const sizes = changes.size === undefined ? ["sizeBytes"] : [];
  return { changes, stables: [...VOLUME_INPUTS, ...sizes] };
}

function stateOf(inputs: PropertyMap, status: VolumeStatus): PropertyMap {
  const { sizeBytes, usedBytes } = status;
  return { ...inputs, sizeBytes, usedBytes };
}

function plannedState(inputs: PropertyMap, used: PropertyMap[string]): PropertyMap {
  const isKnown = !containsUnknown(inputs.size ?? null);
  const sizeBytes = isKnown ? volumeInputs(inputs).sizeBytes : Unknown.instance;
  return { ...inputs, sizeBytes, usedBytes: used };
}

export const volume = createVolume(realMachine);
