// Snapshots on AWS, against moto: what is sent, what is read back and boots, and what a disturbed
// upload leaves behind.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { EBSClient, GetSnapshotBlockCommand, ListSnapshotBlocksCommand } from "@aws-sdk/client-ebs";
import { DeregisterImageCommand, EC2Client, RegisterImageCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Patience } from "../../provider/src/clouds/aws/account.ts";
import { ebsService } from "../../provider/src/clouds/aws/ebs-service.ts";
import { UploadJournal } from "../../provider/src/clouds/aws/journal.ts";
import { blockBytes } from "../../provider/src/clouds/aws/snapshot-service.ts";
import { createSnapshot } from "../../provider/src/resources/aws-snapshot.ts";
import { type CallContext, PartialFailure } from "../../provider/src/resources/resource.ts";
import type { PropertyMap } from "../../provider/src/values.ts";
import { type SparseDisk, sparseDisk } from "../../toolchain/src/disk/sparse.ts";
import { writeSparse } from "../../toolchain/src/disk/write.ts";
import { Amazon, whyNoAmazon } from "./aws-stand-in.ts";
import { helloDisk } from "./hello-disk.ts";
import { temporaryDirectory } from "./temporary.ts";
import { startUefiMachine, uefiMissing } from "./uefi-machine.ts";

const GIBIBYTE = 2 ** 30;
const REGION = "eu-central-1";
const WRITES = /^(Start|Put|Complete|Delete|Create)/;
const home = temporaryDirectory();
let amazon: Amazon;

beforeAll(async () => {
  if (whyNoAmazon !== null) return;
  process.env.AWS_ACCESS_KEY_ID = "test";
  process.env.AWS_SECRET_ACCESS_KEY = "test";
  amazon = await Amazon.start();
}, 300_000);
afterAll(() => amazon?.[Symbol.asyncDispose]());
beforeEach((context) => {
  if (whyNoAmazon !== null) context.skip(whyNoAmazon);
  amazon.disturb = () => "pass";
  amazon.takeCounts();
  patience = undefined;
});

const clients = () => {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return { region: REGION, endpoint: amazon.endpoint, credentials };
};

/** Disks by the digest that stands for them. */
const disks = new Map<string, SparseDisk>();
let made = 0;
/** An image's digest for a disk with these blocks, each filled with its own byte. */
function diskOf(...blocks: readonly (readonly [index: number, byte: number])[]): string {
  const pieces = blocks.map(([index, byte]) => ({
    offset: index * blockBytes,
    data: Buffer.alloc(blockBytes, byte),
  }));
  const digest = `sha256:${String(++made).padStart(64, "0")}`;
  disks.set(digest, sparseDisk(GIBIBYTE, pieces));
  return digest;
}

/** Gives up at the first fault, and soon, but not on a machine that is only busy. */
const hasty = { connectionTimeoutMs: 10_000, answerTimeoutMs: 1500, attempts: 1 };
/** How long and how often the resource tries; undefined: as usual. */
let patience: Patience | undefined;
const resource = createSnapshot({
  service: (account) => ebsService(account, patience),
  async disk(digest) {
    const disk = disks.get(digest);
    if (disk === undefined) throw new Error(`no disk for ${digest}`);
    return disk;
  },
  journal: async () => new UploadJournal(home),
  programDirectory: "/program",
});

interface Said extends CallContext {
  readonly messages: string[];
}

function contextOf(name: string, signal = new AbortController().signal): Said {
  const messages: string[] = [];
  return {
    signal,
    urn: `urn:pulumi:dev::test::unikernel:aws:Snapshot::${name}`,
    messages,
    status: (message) => messages.push(message),
    log: (_severity, message) => messages.push(message),
  };
}

const inputsFor = (image: string, more: PropertyMap = {}): PropertyMap => ({
  ...{ image, size: "1GiB", tags: { team: "web" }, region: REGION, endpoint: amazon.endpoint },
  ...more,
});

const create = (name: string, image: string, preview = false, context = contextOf(name)) =>
  resource.create(context, { inputs: inputsFor(image), preview, timeoutSeconds: 0 });
const remove = (name: string, { id, state }: { id: string; state: PropertyMap }) =>
  resource.delete(contextOf(name), { id, state, timeoutSeconds: 0 });

async function download(id: string): Promise<Map<number, Buffer>> {
  const ebs = new EBSClient(clients());
  const { Blocks = [] } = await ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: id }));
  const found = new Map<number, Buffer>();
  for (const { BlockIndex = -1, BlockToken } of Blocks) {
    const block = await ebs.send(
      new GetSnapshotBlockCommand({ SnapshotId: id, BlockIndex, BlockToken }),
    );
    found.set(BlockIndex, Buffer.from((await block.BlockData?.transformToByteArray()) ?? []));
  }
  return found;
}

describe("what is sent", () => {
  test("is the blocks with data, and nothing for the same content again", async () => {
    const first = await create("first", diskOf([0, 1], [7, 2], [2047, 3]));
    expect(amazon.takeCounts()).toMatchObject({
      ...{ StartSnapshot: 1, PutSnapshotBlock: 3, CompleteSnapshot: 1 },
    });
    expect([...(await download(first.id)).keys()].sort()).toEqual([0, 2047, 7]);
    expect(first.state).toMatchObject({ complete: true, volumeSize: 1, blockCount: 3 });
    amazon.takeCounts();
    const again = await create("second", diskOf([0, 1], [7, 2], [2047, 3]));
    expect(again.id).toBe(first.id);
    const { PutSnapshotBlock, StartSnapshot } = amazon.takeCounts();
    expect([StartSnapshot, PutSnapshotBlock]).toEqual([undefined, undefined]);
    // Held by two, it goes with the second.
    await remove("first", first);
    expect((await download(first.id)).size).toBe(3);
    await remove("second", again);
    const service = await ebsService({ region: REGION, endpoint: amazon.endpoint });
    expect(await service.describe(first.id)).toBeUndefined();
  });

  test("is what differs from the snapshot before, zeros for what was", async () => {
    const before = await create("edited", diskOf([0, 1], [1, 2], [2, 3]));
    amazon.calls.splice(0);
    const after = await create("edited", diskOf([0, 1], [1, 9], [3, 4]));
    const starts = amazon.calls.filter(({ action }) => action === "StartSnapshot");
    expect(JSON.parse(starts[0]?.text ?? "{}")).toMatchObject({ ParentSnapshotId: before.id });
    const puts = amazon.calls.filter(({ action }) => action === "PutSnapshotBlock");
    const indexes = puts.map(({ path }) => Number(/blocks\/(\d+)/.exec(path)?.[1]));
    expect(indexes.sort()).toEqual([1, 2, 3]);
    await remove("edited", before);
    await remove("edited", after);
  });

  test("is nothing in a preview, which says what it will be", async () => {
    const before = await create("previewed", diskOf([0, 1], [1, 2]));
    amazon.takeCounts();
    const context = contextOf("previewed");
    const planned = await create("previewed", diskOf([0, 1], [1, 3]), true, context);
    expect(Object.keys(amazon.takeCounts()).filter((action) => WRITES.test(action))).toEqual([]);
    expect(context.messages).toEqual([`sends 1 of 2 blocks, those that differ from ${before.id}`]);
    expect(planned.state).toMatchObject({ blockCount: 2, volumeSize: 1 });
    await remove("previewed", before);
  });
});

describe("a snapshot", () => {
  test("stays while a machine image starts from it", async () => {
    const made = await create("used", diskOf([0, 8]));
    const ec2 = new EC2Client(clients());
    const { ImageId } = await ec2.send(
      new RegisterImageCommand({
        Name: "used",
        BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId: made.id } }],
      }),
    );
    await expect(remove("used", made)).rejects.toThrow(`${made.id} is the disk of ${ImageId}`);
    await ec2.send(new DeregisterImageCommand({ ImageId }));
    await remove("used", made);
    await remove("used", made);
  });

  test("outlives a replacement by itself", async () => {
    const digest = diskOf([0, 5]);
    const old = await create("forced", digest);
    const next = await create("forced", digest);
    expect(next.id).toBe(old.id);
    await remove("forced", old);
    expect((await download(next.id)).size).toBe(1);
    await remove("forced", next);
  });

  test("that somebody tagged or removed is seen so by refresh", async () => {
    const made = await create("drifting", diskOf([0, 6]));
    const service = await ebsService({ region: REGION, endpoint: amazon.endpoint });
    await service.setTags(made.id, { team: "db", extra: "1" }, []);
    const read = () =>
      resource.read(contextOf("drifting"), {
        id: made.id,
        inputs: inputsFor(""),
        state: made.state,
      });
    expect((await read())?.inputs.tags).toEqual({ team: "db", extra: "1" });
    const olds = (await read())?.inputs ?? {};
    const news = inputsFor(String(made.state.image));
    const request = { id: made.id, olds, state: made.state, news, preview: false };
    await resource.update(contextOf("drifting"), { ...request, timeoutSeconds: 0 });
    expect((await read())?.inputs.tags).toEqual({ team: "web" });
    await service.remove(made.id);
    expect(await read()).toBeNull();
  });
});

describe("a disturbed upload", () => {
  test.each(["throttle", "fail", "cut", "lose-answer"] as const)(
    "gets through: %s",
    async (kind) => {
      let count = 0;
      amazon.disturb = () => (count++ % 3 === 1 ? kind : "pass");
      const digest = diskOf([0, 1], [1, 2], [2, 3], [3, 4]);
      const { id, state } = await create(`through-${kind}`, digest);
      amazon.disturb = () => "pass";
      expect(state.complete).toBe(true);
      expect([...(await download(id)).keys()].sort()).toEqual([0, 1, 2, 3]);
      const service = await ebsService({ region: REGION, endpoint: amazon.endpoint });
      const all = await service.find({ "unikernel:disk": String(state.diskDigest) });
      expect(all.map((one) => one.id)).toEqual([id]);
      await remove(`through-${kind}`, { id, state });
    },
  );

  // At every request that it makes, one after the other: cancelled there, or nothing more arrives.
  test.each(["cancel", "cut", "hang", "lose-answer"] as const)(
    "that is cut short (%s) is recorded, and goes on where it was",
    async (kind) => {
      let cutAt = 0;
      for (let isCut = true; isCut; cutAt++) {
        const name = `resumed-${kind}-${cutAt}`;
        const digest = diskOf([0, 10 + cutAt], [1, 11], [2, kind.length]);
        const cancel = new AbortController();
        let count = 0;
        isCut = false;
        patience = { ...hasty, ...(kind === "hang" ? {} : { answerTimeoutMs: 60_000 }) };
        amazon.disturb = () => {
          if (count++ < cutAt) return "pass";
          isCut = true;
          if (kind !== "cancel") return kind;
          cancel.abort(new Error("cancelled"));
          return "pass";
        };
        const failure = await create(name, digest, false, contextOf(name, cancel.signal)).then(
          () => undefined,
          (error) => error,
        );
        amazon.disturb = () => "pass";
        patience = undefined;
        const puts = amazon.takeCounts().PutSnapshotBlock ?? 0;
        if (failure instanceof PartialFailure) {
          expect(failure.state.complete).toBe(false);
          const { id, state } = failure;
          const inputs = inputsFor(digest);
          const change = await resource.diff(contextOf(name), {
            id,
            olds: inputs,
            state,
            news: inputs,
          });
          expect(change.needsUpdate).toBe(true);
          const request = { id, olds: inputs, state, news: inputs, preview: false };
          const done = await resource.update(contextOf(name), { ...request, timeoutSeconds: 0 });
          expect(done.complete).toBe(true);
          // Blocks whose arrival is not known are sent again, others are not.
          const again = amazon.takeCounts().PutSnapshotBlock ?? 0;
          if (kind === "cancel") expect(puts + again).toBe(3);
          else expect(again).toBeLessThanOrEqual(3);
          expect((await download(id)).size).toBe(3);
          await remove(name, { id, state: done });
        } else {
          const { id, state } = await create(name, digest);
          const service = await ebsService({ region: REGION, endpoint: amazon.endpoint });
          const all = await service.find({ "unikernel:disk": String(state.diskDigest) });
          expect(all.map((one) => one.id)).toEqual([id]);
          await remove(name, { id, state });
        }
      }
      expect(cutAt).toBeGreaterThan(5);
    },
  );
});

test("what is read back from Amazon boots", async (context) => {
  if (uefiMissing.length > 0) context.skip(`${uefiMissing.join(", ")}: missing`);
  const { digest, disk } = await helloDisk(GIBIBYTE);
  disks.set(digest, disk);
  const snapshot = await create("booting", digest);
  const sent = amazon.calls.filter(({ action }) => action === "PutSnapshotBlock");
  expect(sent.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)).toBeLessThanOrEqual(2 ** 21);
  const blocks = [...(await download(snapshot.id))];
  const path = join(temporaryDirectory(), "disk.raw");
  const extents = blocks.map(([index, data]) => ({ offset: index * blockBytes, data }));
  await writeSparse(path, sparseDisk(GIBIBYTE, extents));
  expect(existsSync(path)).toBe(true);
  const machine = startUefiMachine(path, "q35", ["-device", "nvme,drive=disk,serial=1"]);
  expect(await machine.ended(60_000)).toBe(0);
  expect(machine.console()).toContain("Hello from a unikernel");
  await remove("booting", snapshot);
});
