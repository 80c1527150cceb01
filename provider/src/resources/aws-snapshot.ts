// `unikernel:aws:Snapshot`: an image's disk as an EBS snapshot, for a machine image of Amazon's.
import { createHash } from "node:crypto";
import type { SparseDisk } from "@pulumi-unikernel/toolchain";
import type { AwsAccount } from "../clouds/aws/account.ts";
import { UploadJournal } from "../clouds/aws/journal.ts";
import type { SnapshotDescription, SnapshotService } from "../clouds/aws/snapshot-service.ts";
import {
  beginSnapshot,
  diskTag,
  finishSnapshot,
  imageTag,
  planSnapshot,
  releaseSnapshot,
  type SnapshotPlan,
  usersTags,
} from "../clouds/aws/snapshots.ts";
import { imageDisk } from "../clouds/disk.ts";
import { containsUnknown, type PropertyMap, Unknown, unwrap } from "../values.ts";
import {
  accountOf,
  inputFailures,
  SNAPSHOT_INPUTS,
  snapshotInputs,
  withDefaults,
} from "./aws-snapshot-inputs.ts";
import { SNAPSHOT_TOKEN, snapshotSchema, snapshotTypes } from "./aws-snapshot-schema.ts";
import { inputChanges } from "./input-changes.ts";
import { type CallContext, PartialFailure, type Resource } from "./resource.ts";

/** Another content or another place is another snapshot. */
const REPLACING: readonly string[] = ["image", "size", "region"];
const OUTPUTS = ["snapshotId", "diskDigest", "volumeSize", "blockCount", "complete", "hold"];

/** What a Snapshot needs of this machine and of Amazon; tests choose their own. */
export interface SnapshotMachine {
  service(account: AwsAccount): Promise<SnapshotService>;
  /** The disk that starts an image of this machine's store; throws when it has none. */
  disk(digest: string, sizeBytes: number, signal: AbortSignal): Promise<SparseDisk>;
  journal(): Promise<UploadJournal>;
  readonly programDirectory: string;
}

export function createSnapshot(machine: SnapshotMachine): Resource {
  const ownerOf = (urn: string) =>
    createHash("sha256").update(`${urn} of ${machine.programDirectory}`).digest("hex").slice(0, 16);

  async function plan(context: CallContext, inputs: PropertyMap) {
    const { digest, sizeBytes, tags, account } = snapshotInputs(inputs);
    const service = await machine.service(account);
    const disk = await machine.disk(digest, sizeBytes, context.signal);
    const owner = ownerOf(context.urn);
    const planned = await planSnapshot(service, { disk, owner });
    return { service, wanted: { disk, imageDigest: digest, owner, tags }, planned };
  }

  async function finish(
    context: CallContext,
    service: SnapshotService,
    planned: SnapshotPlan,
    begun: { readonly id: string; readonly hold: string },
    inputs: PropertyMap,
  ): Promise<PropertyMap> {
    const state = stateOf(inputs, planned, begun);
    try {
      const work = { signal: context.signal, onProgress: context.status };
      const sent = await finishSnapshot(service, begun.id, planned, await machine.journal(), work);
      context.status(`sent ${sent} of ${planned.blockCount} blocks`);
    } catch (error) {
      const message = `${begun.id} is not complete: ${error instanceof Error ? error.message : error}; the next \`pulumi up\` goes on with it`;
      throw new PartialFailure(message, begun.id, state);
    }
    return { ...state, complete: true };
  }

  return {
    token: SNAPSHOT_TOKEN,
    schema: snapshotSchema,
    types: snapshotTypes,

    async check(_context, { news }) {
      const inputs = withDefaults(news);
      return { inputs, failures: inputFailures(inputs) };
    },

    async diff(_context, { olds, state, news }) {
      const changes = inputChanges(SNAPSHOT_INPUTS, REPLACING, olds, news);
      const isComplete = unwrap(state.complete ?? null) === true;
      return { changes, stables: OUTPUTS, needsUpdate: !isComplete };
    },

    async create(context, { inputs, preview }) {
      if (containsUnknown(inputs)) return { id: "", state: unknownState(inputs) };
      const { service, wanted, planned } = await plan(context, inputs);
      const { existing, parent, changed, blockCount } = planned;
      if (preview) {
        const count = `${changed.length} of ${blockCount} blocks`;
        context.log(
          "info",
          existing?.state === "completed"
            ? `${existing.id} has this content already: nothing is sent`
            : `sends ${count}${parent ? `, those that differ from ${parent.id}` : ""}`,
        );
        const known = { diskDigest: planned.diskDigest, volumeSize: planned.volumeGiB, blockCount };
        return { id: "", state: { ...unknownState(inputs), ...known, complete: true } };
      }
      const begun = await beginSnapshot(service, planned, wanted);
      return { id: begun.id, state: await finish(context, service, planned, begun, inputs) };
    },

    async update(context, { id, olds, state, news, preview }) {
      if (preview) return { ...state, ...news, complete: true };
      const { account, tags } = snapshotInputs(news);
      const service = await machine.service(account);
      const before = Object.keys(snapshotInputs(olds).tags);
      await service.setTags(
        id,
        tags,
        before.filter((name) => !(name in tags)),
      );
      if (unwrap(state.complete ?? null) === true) return { ...state, ...news };
      const { planned } = await plan(context, news);
      if (planned.existing?.id !== id) {
        throw new Error(
          `${id} was begun and cannot be completed any more; replace it: \`pulumi up --replace ${context.urn}\``,
        );
      }
      const hold = String(unwrap(state.hold ?? null));
      return finish(context, service, planned, { id, hold }, news);
    },

    async read(context, { id, inputs, state }) {
      const isImport = Object.keys(state).length === 0;
      const account = accountOf(isImport ? inputs : state);
      const found = await (await machine.service(account)).describe(id);
      if (found === undefined || found.state === "error") return null;
      const image = found.tags[imageTag];
      if (isImport && image === undefined) {
        throw new Error(`${id} is no snapshot of this provider: it has no tag "${imageTag}"`);
      }
      const seen = { tags: usersTags(found.tags), ...(isImport ? importedInputs(found) : {}) };
      context.signal.throwIfAborted();
      return {
        inputs: { ...inputs, ...seen },
        state: { ...state, ...seen, ...(isImport ? importedState(found) : {}) },
      };
    },

    async delete(context, { id, state }) {
      const service = await machine.service(accountOf(state));
      const hold = String(unwrap(state.hold ?? null));
      const outcome = await releaseSnapshot(service, id, ownerOf(context.urn), hold);
      (await machine.journal()).forget(id);
      if (outcome === "kept") context.status(`${id} stays: others use it`);
    },
  };
}

function stateOf(
  inputs: PropertyMap,
  planned: SnapshotPlan,
  { id, hold }: { readonly id: string; readonly hold: string },
): PropertyMap {
  return {
    ...inputs,
    snapshotId: id,
    diskDigest: planned.diskDigest,
    volumeSize: planned.volumeGiB,
    blockCount: planned.blockCount,
    complete: false,
    hold,
  };
}

function unknownState(inputs: PropertyMap): PropertyMap {
  const unknown = OUTPUTS.filter((name) => name !== "hold").map((name) => [name, Unknown.instance]);
  return { ...inputs, ...Object.fromEntries(unknown) };
}

function importedInputs(found: SnapshotDescription): PropertyMap {
  return { image: found.tags[imageTag] ?? "", size: `${found.volumeGiB}GiB` };
}

function importedState(found: SnapshotDescription): PropertyMap {
  return {
    snapshotId: found.id,
    diskDigest: found.tags[diskTag] ?? "",
    volumeSize: found.volumeGiB,
    blockCount: 0,
    complete: found.state === "completed",
  };
}

/** The real one; its modules are loaded at first use. */
export const snapshot = createSnapshot({
  service: async (account) => (await import("../clouds/aws/ebs-service.ts")).ebsService(account),
  disk: imageDisk,
  async journal() {
    const { homeDirectory } = await import("@pulumi-unikernel/toolchain");
    return new UploadJournal(homeDirectory());
  },
  programDirectory: process.cwd(),
});
