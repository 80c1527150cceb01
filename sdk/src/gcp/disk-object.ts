// The resource `unikernel:gcp:DiskObject`.
import * as pulumi from "@pulumi/pulumi";
import { digestOf, type Image } from "../image.ts";
import { isResourceOfType, properties } from "../properties.ts";

const TYPE = "unikernel:gcp:DiskObject";

export interface DiskObjectArgs {
  /** The image that the disk starts, or its digest. A changed digest replaces the object. */
  readonly image: Image | pulumi.Input<string>;
  /** The name of the bucket, without "gs://". */
  readonly bucket: pulumi.Input<string>;
  /** Size of the disk in whole GiB (default: "1GiB"). Only what holds data is sent. */
  readonly size?: pulumi.Input<string> | undefined;
  /** What the object's name begins with, e.g. "images/". */
  readonly prefix?: pulumi.Input<string> | undefined;
  /** Whether it is to stay (true). One that need not is not missed once it is gone, e.g. by a
   * DiskObjectRemoval. */
  readonly keep?: pulumi.Input<boolean> | undefined;
  /** An address instead of Google's own. */
  readonly endpoint?: pulumi.Input<string> | undefined;
}

/**
 * An object of Google Cloud Storage with a disk that starts an image through UEFI, as Compute
 * Engine imports it.
 *
 * ```ts
 * const object = new gcp.DiskObject("web", { image, bucket: "my-disks" });
 * ```
 */
export class DiskObject extends pulumi.CustomResource {
  /** The digest of the image. */
  declare readonly image: pulumi.Output<string>;
  declare readonly bucket: pulumi.Output<string>;
  declare readonly size: pulumi.Output<string>;
  declare readonly prefix: pulumi.Output<string | undefined>;
  declare readonly keep: pulumi.Output<boolean>;
  declare readonly endpoint: pulumi.Output<string | undefined>;
  /** The object's name in its bucket. */
  declare readonly objectName: pulumi.Output<string>;
  /** Its address for `rawDisk.source` of a `gcp.compute.Image`. */
  declare readonly source: pulumi.Output<string>;
  /** Which version of the object it is. */
  declare readonly generation: pulumi.Output<string>;
  /** The object's size. */
  declare readonly sizeBytes: pulumi.Output<number>;
  /** Its CRC-32C as Cloud Storage writes it. */
  declare readonly crc32c: pulumi.Output<string>;

  constructor(name: string, args: DiskObjectArgs, options?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, image: digestOf(args.image) };
    super(TYPE, name, properties(OUTPUTS, inputs, options), options ?? {});
  }

  /** An object that exists, by its id, "BUCKET/NAME". */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): DiskObject {
    return new DiskObject(name, {} as DiskObjectArgs, { ...options, id });
  }

  /** Whether a value is a DiskObject, also when another copy of this package made it. */
  static override isInstance(value: unknown): value is DiskObject {
    return isResourceOfType(value, TYPE);
  }
}

const OUTPUTS = [
  "image",
  "bucket",
  "size",
  "prefix",
  "keep",
  "endpoint",
  "objectName",
  "source",
  "generation",
  "sizeBytes",
  "crc32c",
] as const satisfies readonly (keyof DiskObject)[];
