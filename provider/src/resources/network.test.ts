// The resource with networks that are only remembered.
import { beforeEach, describe, expect, test } from "vitest";
import { overlap, parseCidr } from "../drivers/networks/cidr.ts";
import type { NetworkDriver, NetworkSummary } from "../drivers/networks/networks.ts";
import { Unknown } from "../values.ts";
import { createNetwork } from "./network.ts";
import type { CallContext } from "./resource.ts";

const URN = "urn:pulumi:dev::program::unikernel:index:Network::backend";
const OWNER = `${URN} of /program`;
const inputs = { cidr: "10.7.0.0/24", driver: "qemu" };

class RememberedNetworks implements NetworkDriver {
  readonly all = new Map<string, NetworkSummary>();
  readonly dead = new Set<string>();
  failure: Error | undefined;

  async apply(network: Omit<NetworkSummary, "progress">) {
    const progress = this.all.get(network.id)?.progress ?? "creating";
    this.all.set(network.id, { ...network, progress });
    if (this.failure !== undefined) throw this.failure;
    this.dead.delete(network.id);
  }
  async list() {
    return [...this.all.values()];
  }
  async mark(id: string, owner: string, progress: NetworkSummary["progress"]) {
    const network = this.all.get(id);
    if (network !== undefined) this.all.set(id, { ...network, owner, progress });
  }
  async overlapping(owner: string, cidr: NonNullable<ReturnType<typeof parseCidr>>) {
    return (await this.list()).filter((other) => {
      const parsed = parseCidr(other.cidr);
      return other.owner !== owner && parsed !== undefined && overlap(parsed, cidr);
    });
  }
  async remove(id: string) {
    this.all.delete(id);
  }
  async status(id: string) {
    if (!this.all.has(id)) return "absent" as const;
    return this.dead.has(id) ? ("stopped" as const) : ("running" as const);
  }
}

let networks: RememberedNetworks;
let network: ReturnType<typeof createNetwork>;
const context: CallContext = {
  signal: new AbortController().signal,
  urn: URN,
  status: () => undefined,
  log: () => undefined,
};

beforeEach(() => {
  networks = new RememberedNetworks();
  network = createNetwork({
    networks: async () => networks,
    unavailable: async () => null,
    programDirectory: "/program",
  });
});

const create = (preview = false) => network.create(context, { inputs, preview, timeoutSeconds: 0 });
const check = (news: Parameters<typeof network.check>[1]["news"]) =>
  network.check(context, { olds: {}, news, randomSeed: new Uint8Array() });

describe("check", () => {
  test("refuses addresses that another network has, and names it", async () => {
    await networks.apply({ id: "other-1", owner: "urn:other", name: "other", cidr: "10.7.0.0/16" });
    const { failures } = await check({ cidr: "10.7.0.0/24" });
    expect(failures).toEqual([
      {
        property: "cidr",
        reason:
          "10.7.0.0/24 overlaps 10.7.0.0/16 of the network other-1 (urn:other); choose other addresses",
      },
    ]);
  });

  test("one's own network is no other", async () => {
    await create();
    expect((await check({ cidr: "10.7.0.0/25" })).failures).toEqual([]);
  });
});

describe("create", () => {
  test("in preview says what can be known, and makes nothing", async () => {
    expect(await create(true)).toEqual({
      id: "",
      state: { ...inputs, nameServer: "10.7.0.1", running: true },
    });
    const unknown = { ...inputs, cidr: Unknown.instance };
    const planned = await network.create(context, {
      ...{ inputs: unknown, preview: true, timeoutSeconds: 0 },
    });
    expect(planned.state.nameServer).toBe(Unknown.instance);
    expect(networks.all.size).toBe(0);
  });

  test("makes one that is known by the resource's name", async () => {
    const { id } = await create();
    expect(id).toMatch(/^backend-[0-9a-f]{10}$/);
    expect(networks.all.get(id)).toMatchObject({ name: "backend", progress: "created" });
  });

  test("leaves nothing when it fails", async () => {
    networks.failure = new Error("no room");
    await expect(create()).rejects.toThrow("no room");
    expect(networks.all.size).toBe(0);
  });

  test("removes what an interrupted update left, and nothing that is in a state", async () => {
    const left = { owner: OWNER, name: "backend", cidr: "10.7.0.0/24" };
    networks.all.set("half", { ...left, id: "half", progress: "creating" });
    networks.all.set("unheard", { ...left, id: "unheard", progress: "created" });
    networks.all.set("kept", { ...left, id: "kept", progress: "kept" });
    networks.all.set("theirs", { ...left, id: "theirs", owner: "urn:other", progress: "created" });
    const { id } = await create();
    expect([...networks.all.keys()]).toEqual(["kept", "theirs", id]);
  });
});

describe("a switch that died", () => {
  test("is seen by refresh and by the next update, which starts it again", async () => {
    const { id, state } = await create();
    networks.dead.add(id);
    const read = await network.read(context, { id, inputs, state });
    expect(read?.state.running).toBe(false);
    const compared = { id, olds: inputs, state, news: inputs };
    expect(await network.diff(context, compared)).toMatchObject({ changes: {}, needsUpdate: true });
    const next = { ...compared, preview: false, timeoutSeconds: 0 };
    expect((await network.update(context, next)).running).toBe(true);
    expect(await networks.status(id)).toBe("running");
    expect((await network.diff(context, compared)).needsUpdate).toBeUndefined();
  });

  test("a network that is gone is no more", async () => {
    expect(await network.read(context, { id: "gone", inputs, state: {} })).toBeNull();
    await network.delete(context, { id: "gone", state: {}, timeoutSeconds: 0 });
  });
});
