// `unikernel:index:Network`: guests in it reach each other by name. Its switch is a process that
// outlives us; one that died is started again by the next update, and guests do not notice.
import { formatAddress, formatCidr, parseCidr, serverAddress } from "../drivers/networks/cidr.ts";
import type { NetworkDriver } from "../drivers/networks/networks.ts";
import {
  containsUnknown,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  sameValue,
  Unknown,
  unwrapMap,
} from "../values.ts";
import { newId } from "./guest-boot.ts";
import { type DriverSelection, driverSelection } from "./guest-driver-input.ts";
import { machine as guestMachine } from "./guest-machine.ts";
import {
  NETWORK_DRIVERS,
  NETWORK_INPUTS,
  networkFailures,
  withNetworkDefaults,
} from "./network-inputs.ts";
import { NETWORK_TOKEN, networkSchema } from "./network-schema.ts";
import type {
  CallContext,
  CheckFailure,
  DiffResult,
  PropertyChange,
  Resource,
} from "./resource.ts";

export interface NetworkMachine {
  /** Throws when the driver has none. */
  networks(selection: DriverSelection): Promise<NetworkDriver>;
  /** Why a driver cannot be used, or null. */
  unavailable(selection: DriverSelection): Promise<string | null>;
  readonly programDirectory: string;
}

export function createNetwork(machine: NetworkMachine): Resource {
  /** Ids that the engine has named in this provider's life: they are in a state. */
  const known = new Set<string>();
  const ownerOf = (urn: string) => `${urn} of ${machine.programDirectory}`;

  const networksOf = (inputs: PropertyMap) =>
    machine.networks(driverSelection(unwrapMap(inputs).driver));

  async function acknowledge(context: CallContext, networks: NetworkDriver, id: string) {
    known.add(id);
    await networks.mark(id, ownerOf(context.urn), "kept");
  }

  async function machineFailures(urn: string, inputs: PropertyMap): Promise<CheckFailure[]> {
    const { cidr: text = null, driver = null } = unwrapMap(inputs);
    if (containsUnknown(driver)) return [];
    const unavailable = await machine.unavailable(driverSelection(driver));
    if (unavailable !== null) return [{ property: "driver", reason: unavailable }];
    const cidr = containsUnknown(text) ? undefined : parseCidr(String(text));
    if (cidr === undefined) return [];
    const others = await (await networksOf(inputs)).overlapping(ownerOf(urn), cidr);
    return others.slice(0, 1).map((other) => ({
      property: "cidr",
      reason: `${formatCidr(cidr)} overlaps ${other.cidr} of the network ${other.id} (${other.owner}); choose other addresses`,
    }));
  }

  /** Networks whose creation was cut short, or of which the engine never learned. */
  async function removeLeftovers(context: CallContext, networks: NetworkDriver): Promise<void> {
    for (const { id, owner, progress } of await networks.list()) {
      if (owner !== ownerOf(context.urn) || progress === "kept" || known.has(id)) continue;
      context.log("info", `removing the network ${id}, which an interrupted update left behind`);
      await networks.remove(id);
    }
  }

  return {
    token: NETWORK_TOKEN,
    schema: networkSchema,

    async check(context, { news }) {
      const inputs = withNetworkDefaults(news);
      const failures = networkFailures(inputs);
      if (failures.length > 0) return { inputs, failures };
      return { inputs, failures: await machineFailures(context.urn, inputs) };
    },

    async diff(context, { id, olds, news }) {
      const networks = await networksOf(olds);
      await acknowledge(context, networks, id);
      const changes = networkChanges(olds, news);
      // Refresh tells of a dead switch, too; but one that has died since must not go unnoticed.
      const isDead = (await networks.status(id)) !== "running";
      return { ...changes, ...(isDead ? { needsUpdate: true } : {}) };
    },

    async create(context, { inputs, preview }) {
      if (preview) return { id: "", state: networkState(inputs, true) };
      const networks = await networksOf(inputs);
      await removeLeftovers(context, networks);
      const id = newId(context.urn, "network");
      known.add(id);
      const owner = ownerOf(context.urn);
      try {
        await networks.apply({ id, owner, name: nameOf(context.urn), ...wantedIn(inputs) });
        context.signal.throwIfAborted();
        await networks.mark(id, owner, "created");
      } catch (error) {
        known.delete(id);
        await networks.remove(id);
        throw error;
      }
      return { id, state: networkState(inputs, true) };
    },

    async read(context, { id, inputs }) {
      const networks = await networksOf(inputs);
      const status = await networks.status(id);
      const network = (await networks.list()).find((candidate) => candidate.id === id);
      if (status === "absent" || network === undefined) return null;
      await acknowledge(context, networks, id);
      const { cidr, isolated } = network;
      const known = { driver: "qemu", ...inputs, cidr };
      const found = isolated === undefined ? known : { ...known, isolated };
      return { inputs: found, state: networkState(found, status === "running") };
    },

    async update(context, { id, news, preview }) {
      if (!preview) {
        const owner = ownerOf(context.urn);
        const networks = await networksOf(news);
        await networks.apply({ id, owner, name: nameOf(context.urn), ...wantedIn(news) });
      }
      return networkState(news, true);
    },

    async delete(_context, { id, state }) {
      await (await networksOf(state)).remove(id);
    },
  };
}

/** Guests know their networks' addresses: others make it another network, as does another host. */
export function networkChanges(olds: PropertyMap, news: PropertyMap): DiffResult {
  const changes: Record<string, { kind: PropertyChange; inputDiff: boolean }> = {};
  for (const name of NETWORK_INPUTS) {
    const [old = null, next = null] = [olds[name], news[name]];
    if (sameValue(old, next)) continue;
    const isElsewhere = name !== "driver" || isHosted(old) || isHosted(next);
    changes[name] = { kind: isElsewhere ? "update-replace" : "update", inputDiff: true };
  }
  return {
    changes,
    stables: ["cidr", "nameServer"].filter(() => changes.cidr === undefined),
    // A host has one network with these addresses.
    deleteBeforeReplace: changes.isolated !== undefined && changes.cidr === undefined,
  };
}

/** Whether a driver's networks are on a host of its own, and not this machine's. */
function isHosted(driver: PropertyValue): boolean {
  return isPropertyMap(driver);
}

function wantedIn(inputs: PropertyMap): { readonly cidr: string; readonly isolated?: boolean } {
  const { cidr, isolated } = unwrapMap(inputs);
  return { cidr: String(cidr), ...(typeof isolated === "boolean" ? { isolated } : {}) };
}

function networkState(inputs: PropertyMap, running: boolean): PropertyMap {
  const { cidr = null } = unwrapMap(inputs);
  const parsed = containsUnknown(cidr) ? undefined : parseCidr(String(cidr));
  const nameServer = parsed === undefined ? Unknown.instance : formatAddress(serverAddress(parsed));
  return { ...inputs, nameServer, running };
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

export const network = createNetwork({
  async networks(selection) {
    if (isLocal(selection)) {
      const { homeDirectory } = await import("@pulumi-unikernel/toolchain");
      const { LocalNetworks } = await import("../drivers/networks/local-networks.ts");
      return new LocalNetworks({ home: homeDirectory() });
    }
    const { ownNetworks } = await guestMachine.driver(selection);
    if (ownNetworks === undefined) {
      throw new Error(`the driver "${selection.name}" has no networks`);
    }
    return ownNetworks;
  },
  async unavailable(selection) {
    return isLocal(selection) ? null : (await guestMachine.driver(selection)).unavailable();
  },
  programDirectory: process.cwd(),
});

function isLocal({ name }: DriverSelection): boolean {
  return (NETWORK_DRIVERS as readonly string[]).includes(name);
}
