// What users and SDK generators read of `unikernel:index:Volume`.

export const VOLUME_TOKEN = "unikernel:index:Volume";

const shared = {
  size: {
    type: "string",
    description: 'How large the disk is, e.g. "64MiB". It can grow in place, and never shrinks.',
  },
  driver: {
    oneOf: [{ type: "string" }, { type: "object", $ref: "#/types/unikernel:index:GuestDriver" }],
    description:
      'Whose guests can have it: "qemu" (the default), "sandbox", or a libvirt host, in whose storage pool it then is. Another driver replaces the volume.',
  },
  format: {
    type: "string",
    description:
      '"raw", the usual one of local volumes, or "qcow2", the usual one under libvirt. Another format replaces the volume.',
  },
  deletionProtection: {
    type: "boolean",
    description:
      "Whether the volume cannot be deleted or replaced: true unless it is turned off, in an update before.",
    default: true,
  },
  source: {
    type: "string",
    description:
      "What it starts from: another volume's id, or the path of a file (with a slash; .qcow2 or else raw). Another source replaces the volume.",
  },
};

export const volumeSchema = {
  description:
    "A disk whose files survive the guests that use it. One guest at a time can have it attached.",
  inputProperties: shared,
  requiredInputs: ["size"],
  properties: {
    ...shared,
    sizeBytes: { type: "integer", description: "The size in bytes." },
    usedBytes: {
      type: "integer",
      description: "What it took up of the host's disk when it was last looked at.",
    },
  },
  required: ["size", "driver", "format", "deletionProtection", "sizeBytes", "usedBytes"],
};
