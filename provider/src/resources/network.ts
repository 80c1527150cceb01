// `unikernel:index:Network`: guests in it reach each other by name. Its switch is a process that
// outlives us; one that died is started again by the next update, and guests do not notice.
import { formatAddress, formatCidr, parseCidr, serverAddress } from "../drivers/networks/cidr.ts";
import type { LocalNetworks } from "../drivers/networks/local-networks.ts";
import { containsUnknown, type PropertyMap, sameValue, Unknown, unwrapMap } from "../values.ts";
import { newId } from "./guest-boot.ts";
import { NETWORK_INPUTS, networkFailures, withNetworkDefaults } from "./network-inputs.ts";
import { NETWORK_TOKEN, networkSchema } from "./network-schema.ts";
import type {
  CallContext,
  CheckFailure,
  DiffResult,
  PropertyChange,
  Resource,
} from "./resource.ts";

export interface NetworkMachine {
  networks(): Promise<Networks>;
  readonly programDirectory: string;
}

export type Networks = Pick<
  LocalNetworks,
  "apply" | "list" | "mark" | "overlapping" | "remove" | "status"
>;

export function createNetwork(machine: NetworkMachine): Resource {
  /** Ids that the engine has named in this provider's life: they are in a state. */
  const known = new Set<string>();
  const ownerOf = (urn: string) => `${urn} of ${machine.programDirectory}`;

  async function acknowledge(context: CallContext, networks: Networks, id: string) {
    known.add(id);
    await networks.mark(id, ownerOf(context.urn), "kept");
  }

  async function overlapFailures(urn: string, inputs: PropertyMap): Promise<CheckFailure[]> {
    const plain = unwrapMap(inputs).cidr ?? null;
    const cidr = containsUnknown(plain) ? undefined : parseCidr(String(plain));
    if (cidr === undefined) return [];
    const others = await (await machine.networks()).overlapping(ownerOf(urn), cidr);
    return others.slice(0, 1).map((other) => ({
      property: "cidr",
      reason: `${formatCidr(cidr)} overlaps ${other.cidr} of the network ${other.id} (${other.owner}); choose other addresses`,
    }));
  }

  /** Networks whose creation was cut short, or of which the engine never learned. */
  async function removeLeftovers(context: CallContext, networks: Networks): Promise<void> {
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
      return { inputs, failures: await overlapFailures(context.urn, inputs) };
    },

    async diff(context, { id, olds, news }) {
      const networks = await machine.networks();
      await acknowledge(context, networks, id);
      const changes = networkChanges(olds, news);
      // Refresh tells of a dead switch, too; but one that has died since must not go unnoticed.
      const isDead = (await networks.status(id)) !== "running";
      return { ...changes, ...(isDead ? { needsUpdate: true } : {}) };
    },

    async create(context, { inputs, preview }) {
      if (preview) return { id: "", state: networkState(inputs, true) };
      const networks = await machine.networks();
      await removeLeftovers(context, networks);
      const id = newId(context.urn, "network");
      known.add(id);
      const { cidr } = unwrapMap(inputs);
      const name = nameOf(context.urn);
      try {
        await networks.apply({ id, owner: ownerOf(context.urn), name, cidr: String(cidr) });
        context.signal.throwIfAborted();
        await networks.mark(id, ownerOf(context.urn), "created");
      } catch (error) {
        known.delete(id);
        await networks.remove(id);
        throw error;
      }
      return { id, state: networkState(inputs, true) };
    },

    async read(context, { id, inputs }) {
      const networks = await machine.networks();
      const status = await networks.status(id);
      const network = (await networks.list()).find((candidate) => candidate.id === id);
      if (status === "absent" || network === undefined) return null;
      await acknowledge(context, networks, id);
      const found = { driver: "qemu", ...inputs, cidr: network.cidr };
      return { inputs: found, state: networkState(found, status === "running") };
    },

    async update(context, { id, news, preview }) {
      if (!preview) {
        const owner = ownerOf(context.urn);
        const { cidr } = unwrapMap(news);
        const networks = await machine.networks();
        await networks.apply({ id, owner, name: nameOf(context.urn), cidr: String(cidr) });
      }
      return networkState(news, true);
    },

    async delete(_context, { id }) {
      await (await machine.networks()).remove(id);
    },
  };
}

/** Guests know their networks' addresses: others make it another network. */
export function networkChanges(olds: PropertyMap, news: PropertyMap): DiffResult {
  const changes: Record<string, { kind: PropertyChange; inputDiff: boolean }> = {};
  for (const name of NETWORK_INPUTS) {
    const [old = null, next = null] = [olds[name], news[name]];
    if (sameValue(old, next)) continue;
    changes[name] = { kind: name === "cidr" ? "update-replace" : "update", inputDiff: true };
  }
  return { changes, stables: ["cidr", "nameServer"].filter(() => changes.cidr === undefined) };
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
  async networks() {
    const { homeDirectory } = await import("@pulumi-unikernel/toolchain");
    const { LocalNetworks } = await import("../drivers/networks/local-networks.ts");
    return new LocalNetworks({ home: homeDirectory() });
  },
  programDirectory: process.cwd(),
});
