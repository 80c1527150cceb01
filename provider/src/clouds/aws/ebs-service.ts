// SnapshotService by Amazon's own clients: EC2 for snapshots as a whole, EBS direct for blocks.
import {
  CompleteSnapshotCommand,
  EBSClient,
  GetSnapshotBlockCommand,
  PutSnapshotBlockCommand,
  paginateListSnapshotBlocks,
  StartSnapshotCommand,
} from "@aws-sdk/client-ebs";
import {
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  paginateDescribeImages,
  paginateDescribeSnapshots,
  type Snapshot,
} from "@aws-sdk/client-ec2";
import { type AwsAccount, clientSettings, type Patience } from "./account.ts";
import type { SnapshotDescription, SnapshotService } from "./snapshot-service.ts";

const GONE = "InvalidSnapshot.NotFound";

export async function ebsService(
  account: AwsAccount,
  patience?: Patience,
): Promise<SnapshotService> {
  const settings = await clientSettings(account, patience);
  const ebs = new EBSClient(settings);
  const ec2 = new EC2Client(settings);
  return {
    async find(tags) {
      const found: SnapshotDescription[] = [];
      const filters = Object.entries(tags).map(([name, value]) => ({
        Name: `tag:${name}`,
        Values: [value],
      }));
      const pages = paginateDescribeSnapshots(
        { client: ec2 },
        { OwnerIds: ["self"], Filters: filters },
      );
      for await (const page of pages) found.push(...(page.Snapshots ?? []).map(description));
      return found.sort((one, other) => other.startedAt.getTime() - one.startedAt.getTime());
    },

    async describe(id) {
      try {
        const { Snapshots = [] } = await ec2.send(
          new DescribeSnapshotsCommand({ SnapshotIds: [id] }),
        );
        return Snapshots[0] && description(Snapshots[0]);
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },

    async start({ volumeGiB, parentId, description: text, tags }) {
      const { SnapshotId } = await ebs.send(
        new StartSnapshotCommand({
          VolumeSize: volumeGiB,
          ParentSnapshotId: parentId,
          Description: text,
          Tags: tagList(tags),
        }),
      );
      if (SnapshotId === undefined) throw new Error("Amazon started a snapshot without an id");
      return SnapshotId;
    },

    async putBlock(id, index, data, checksum) {
      await ebs.send(
        new PutSnapshotBlockCommand({
          SnapshotId: id,
          BlockIndex: index,
          BlockData: data,
          DataLength: data.length,
          Checksum: checksum.toString("base64"),
          ChecksumAlgorithm: "SHA256",
        }),
      );
    },

    async complete(id, putCount, checksum) {
      await ebs.send(
        new CompleteSnapshotCommand({
          SnapshotId: id,
          ChangedBlocksCount: putCount,
          Checksum: checksum.toString("base64"),
          ChecksumAlgorithm: "SHA256",
          ChecksumAggregationMethod: "LINEAR",
        }),
      );
    },

    async blocks(id) {
      const found = [];
      for await (const page of paginateListSnapshotBlocks({ client: ebs }, { SnapshotId: id })) {
        for (const { BlockIndex: index, BlockToken: token } of page.Blocks ?? []) {
          if (index !== undefined && token !== undefined) found.push({ index, token });
        }
      }
      return found;
    },

    async blockChecksum(id, { index, token }) {
      const block = await ebs.send(
        new GetSnapshotBlockCommand({ SnapshotId: id, BlockIndex: index, BlockToken: token }),
      );
      // Whoever does not read an answer keeps its connection.
      await block.BlockData?.transformToByteArray();
      return Buffer.from(block.Checksum ?? "", "base64").toString("hex");
    },

    async setTags(id, tags, removed) {
      if (Object.keys(tags).length > 0) {
        await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(tags) }));
      }
      if (removed.length > 0) {
        const Tags = removed.map((Key) => ({ Key }));
        await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags }));
      }
    },

    async imagesUsing(id) {
      const found: string[] = [];
      const filter = { Name: "block-device-mapping.snapshot-id", Values: [id] };
      const pages = paginateDescribeImages(
        { client: ec2 },
        { Owners: ["self"], Filters: [filter] },
      );
      for await (const page of pages) {
        found.push(...(page.Images ?? []).map(({ ImageId = "" }) => ImageId));
      }
      return found;
    },

    async remove(id) {
      try {
        await ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}

function description(snapshot: Snapshot): SnapshotDescription {
  const { SnapshotId = "", State = "pending", VolumeSize = 0, Tags = [] } = snapshot;
  return {
    id: SnapshotId,
    state: State === "completed" || State === "error" ? State : "pending",
    volumeGiB: VolumeSize,
    tags: Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])),
    startedAt: snapshot.StartTime ?? new Date(0),
  };
}

function tagList(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function isGone(error: unknown): boolean {
  return (error as { readonly name?: string }).name === GONE;
}
