// The component `unikernel:gcp:MachineImage`: what an instance of Compute Engine starts from.
import type * as computeImage from "@pulumi/gcp/compute/image.js";
import * as pulumi from "@pulumi/pulumi";
import { fromPeer } from "../peer.ts";
import { isResourceOfType } from "../properties.ts";
import { DiskObject, type DiskObjectArgs } from "./disk-object.ts";
import { DiskObjectRemoval } from "./disk-object-removal.ts";

const TYPE = "unikernel:gcp:MachineImage";

export interface MachineImageArgs extends Omit<DiskObjectArgs, "keep"> {
  /** Whether the object stays (true) or is removed once the image is there. Without it another
   * family or project of the same image needs a new object: `pulumi up --replace` of it. */
  readonly keepObject?: boolean | undefined;
  /** The family of the image, of which instances can take the newest. */
  readonly family?: pulumi.Input<string> | undefined;
  readonly labels?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Default: that of the provider. */
  readonly project?: pulumi.Input<string> | undefined;
}

/**
 * An image of Compute Engine that starts an image through UEFI: a DiskObject, and a
 * `gcp.compute.Image` of `@pulumi/gcp` of that. Another digest makes another of both.
 *
 * ```ts
 * const machineImage = new gcp.MachineImage("web", { image, bucket: "my-disks" });
 * ```
 */
export class MachineImage extends pulumi.ComponentResource {
  readonly object: DiskObject;
  readonly image: computeImage.Image;
  /** The image's address, which instances are told. */
  readonly selfLink: pulumi.Output<string>;

  constructor(name: string, args: MachineImageArgs, options?: pulumi.ComponentResourceOptions) {
    super(TYPE, name, {}, options);
    const { family, labels, project, keepObject = true, ...rest } = args;
    const inside = { parent: this };
    this.object = new DiskObject(name, { ...rest, keep: keepObject }, inside);
    const { Image } = fromPeer<typeof computeImage>("@pulumi/gcp", "compute/image.js");
    this.image = new Image(
      name,
      {
        description: pulumi.interpolate`unikernel ${this.object.image}`,
        rawDisk: { source: this.object.source },
        guestOsFeatures: [{ type: "UEFI_COMPATIBLE" }],
        family,
        labels,
        project,
      },
      inside,
    );
    if (!keepObject) {
      const { bucket, objectName, generation } = this.object;
      const usedBy = this.image.id;
      const { endpoint } = args;
      new DiskObjectRemoval(name, { bucket, objectName, generation, usedBy, endpoint }, inside);
    }
    this.selfLink = this.image.selfLink;
    this.registerOutputs({ selfLink: this.selfLink });
  }

  /** Whether a value is a MachineImage, also when another copy of this package made it. */
  static override isInstance(value: unknown): value is MachineImage {
    return isResourceOfType(value, TYPE);
  }
}
