// What users and SDK generators read of `unikernel:aws:Snapshot`.

export const SNAPSHOT_TOKEN = "unikernel:aws:Snapshot";
const ROLE_TYPE = "unikernel:aws:AssumeRole";

const inputs = {
  image: {
    type: "string",
    description:
      "The digest of the image that the disk starts. A changed digest replaces the snapshot.",
  },
  size: {
    type: "string",
    description: "Size of the disk in whole GiB. Only what holds data is sent.",
    default: "1GiB",
  },
  tags: {
    type: "object",
    additionalProperties: { type: "string" },
    description: "Tags of the snapshot, beside the provider's own, which begin with `unikernel:`.",
  },
  region: {
    type: "string",
    description: "The region; default: that of the environment or the shared configuration.",
  },
  profile: { type: "string", description: "A profile of the shared configuration." },
  endpoint: {
    type: "string",
    description: "An address instead of Amazon's own, for EC2 and EBS direct alike.",
  },
  assumeRole: {
    type: "object",
    $ref: `#/types/${ROLE_TYPE}`,
    description: "A role to take on.",
  },
};

export const snapshotSchema = {
  description:
    "An EBS snapshot of a disk that starts an image through UEFI. Only blocks with data are sent, and of these only the ones that the previous snapshot of this resource does not have; one that already has the same content is used instead of a new one.",
  inputProperties: inputs,
  requiredInputs: ["image"],
  properties: {
    ...inputs,
    snapshotId: {
      type: "string",
      description: "The snapshot's id, e.g. `snap-0123456789abcdef0`.",
    },
    diskDigest: {
      type: "string",
      description: "`sha256:` and a hash over the disk's size and its blocks with data.",
    },
    volumeSize: {
      type: "integer",
      description: "Size of the smallest volume made from it, in GiB.",
    },
    blockCount: { type: "integer", description: "Blocks of 512 KiB that hold data." },
    complete: {
      type: "boolean",
      description:
        "Whether all of it has arrived; an upload that was cut short goes on with the next `up`.",
    },
  },
  required: [
    "image",
    "size",
    "tags",
    "snapshotId",
    "diskDigest",
    "volumeSize",
    "blockCount",
    "complete",
  ],
};

export const snapshotTypes = {
  [ROLE_TYPE]: {
    type: "object",
    description: "A role to take on.",
    properties: {
      roleArn: { type: "string", description: "The role's ARN." },
      sessionName: {
        type: "string",
        description: 'Names the session; default: "pulumi-unikernel".',
      },
      externalId: { type: "string", description: "What the role's owner asks for, if anything." },
    },
    required: ["roleArn"],
  },
};
