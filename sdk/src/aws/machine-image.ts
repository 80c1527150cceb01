// The component `unikernel:aws:MachineImage`: what an instance starts from.
import type { Ami } from "@pulumi/aws/ec2/ami.js";
import * as pulumi from "@pulumi/pulumi";
import { fromPeer } from "../peer.ts";
import { isResourceOfType } from "../properties.ts";
import { Snapshot, type SnapshotArgs } from "./snapshot.ts";

const TYPE = "unikernel:aws:MachineImage";
const ROOT_DEVICE = "/dev/xvda";

export interface MachineImageArgs extends SnapshotArgs {
  /** Name of the machine image, one of a kind in account and region; default: made by Pulumi. */
  readonly amiName?: pulumi.Input<string> | undefined;
}

/**
 * A machine image that starts an image through UEFI: a Snapshot of its disk, and an
 * `aws.ec2.Ami` of `@pulumi/aws` of that. Another digest makes another of both, and what did not
 * change of the disk is not sent again.
 *
 * ```ts
 * const machineImage = new aws.MachineImage("web", { image });
 * ```
 */
export class MachineImage extends pulumi.ComponentResource {
  readonly snapshot: Snapshot;
  readonly ami: Ami;
  /** The machine image's id, e.g. `ami-0123456789abcdef0`. */
  readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: MachineImageArgs, options?: pulumi.ComponentResourceOptions) {
    super(TYPE, name, {}, options);
    const { amiName, ...rest } = args;
    const inside = { parent: this };
    this.snapshot = new Snapshot(name, rest, inside);
    const module = fromPeer<typeof import("@pulumi/aws/ec2/ami.js")>("@pulumi/aws", "ec2/ami.js");
    this.ami = new module.Ami(
      name,
      {
        name: amiName,
        description: pulumi.interpolate`unikernel ${this.snapshot.image}`,
        architecture: "x86_64",
        virtualizationType: "hvm",
        bootMode: "uefi",
        enaSupport: true,
        // Without a session's token an instance's metadata tell nothing.
        imdsSupport: "v2.0",
        rootDeviceName: ROOT_DEVICE,
        ebsBlockDevices: [
          {
            deviceName: ROOT_DEVICE,
            snapshotId: this.snapshot.snapshotId,
            volumeType: "gp3",
            deleteOnTermination: true,
          },
        ],
        tags: args.tags,
        region: args.region,
      },
      inside,
    );
    this.imageId = this.ami.id;
    this.registerOutputs({ imageId: this.imageId });
  }

  /** Whether a value is a MachineImage, also when another copy of this package made it. */
  static override isInstance(value: unknown): value is MachineImage {
    return isResourceOfType(value, TYPE);
  }
}
