// What users and SDK generators read of `unikernel:gcp:DiskObject`.

export const DISK_OBJECT_TOKEN = "unikernel:gcp:DiskObject";

const inputs = {
  image: {
    type: "string",
    description:
      "The digest of the image that the disk starts. A changed digest replaces the object.",
  },
  bucket: { type: "string", description: "The name of the bucket, without `gs://`." },
  size: {
    type: "string",
    description: "Size of the disk in whole GiB. Only what holds data is sent.",
    default: "1GiB",
  },
  prefix: { type: "string", description: "What the object's name begins with, e.g. `images/`." },
  keep: {
    type: "boolean",
    description:
      "Whether it is to stay. One that need not is not missed once it is gone, e.g. by a DiskObjectRemoval.",
    default: true,
  },
  endpoint: { type: "string", description: "An address instead of Google's own." },
};

export const diskObjectSchema = {
  description:
    "An object of Google Cloud Storage with a disk that starts an image through UEFI, as Compute Engine imports it: `disk.raw` in a tar.gz with only what holds data.",
  inputProperties: inputs,
  requiredInputs: ["image", "bucket"],
  properties: {
    ...inputs,
    objectName: { type: "string", description: "The object's name in its bucket." },
    source: { type: "string", description: "Its address for `rawDisk.source` of an image." },
    generation: { type: "string", description: "Which version of the object it is." },
    sizeBytes: { type: "integer", description: "The object's size." },
    crc32c: { type: "string", description: "Its CRC-32C as Cloud Storage writes it." },
  },
  required: [
    "image",
    "bucket",
    "size",
    "keep",
    "objectName",
    "source",
    "generation",
    "sizeBytes",
    "crc32c",
  ],
};
