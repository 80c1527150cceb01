// The component `unikernel:aws:Instance`: one machine of EC2 that runs a machine image.
import type * as ec2Instance from "@pulumi/aws/ec2/instance.js";
import type { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import * as pulumi from "@pulumi/pulumi";
import { cloudConfiguration } from "../cloud-configuration.ts";
import { fromPeer } from "../peer.ts";
import { MachineImage } from "./machine-image.ts";
import { type InstancePortArgs, securityGroup } from "./ports.ts";

const TYPE = "unikernel:aws:Instance";
/** Amazon's limit, before base64. */
export const USER_DATA_BYTES_MAX = 16 * 1024;

export interface InstanceArgs {
  /** What it starts from, or the id of one. Another one replaces the instance. */
  readonly image: MachineImage | pulumi.Input<string>;
  /** A type with Intel's or AMD's processors of the Nitro system; default: "t3.nano". */
  readonly instanceType?: pulumi.Input<string> | undefined;
  /** What may be reached from outside; without it nothing. */
  readonly ports?: readonly (number | InstancePortArgs)[] | undefined;
  /** Environment variables. They reach the instance as its user data, which whoever may describe
   * instances of the account can read; others replace the instance. */
  readonly env?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Arguments of the application, without its name; as `env`. */
  readonly args?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Default: one of the default network. */
  readonly subnetId?: pulumi.Input<string> | undefined;
  /** The network of the subnet, for the security group; default: the default network. */
  readonly vpcId?: pulumi.Input<string> | undefined;
  /** Further security groups. */
  readonly securityGroupIds?: readonly pulumi.Input<string>[] | undefined;
  readonly tags?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Default: that of the provider. */
  readonly region?: pulumi.Input<string> | undefined;
}

/**
 * An instance of EC2 with a security group of its own.
 *
 * ```ts
 * const web = new aws.Instance("web", { image: machineImage, ports: [80], env: { COLOR: "blue" } });
 * export const address = web.publicIp;
 * ```
 */
export class Instance extends pulumi.ComponentResource {
  readonly securityGroup: SecurityGroup;
  readonly instance: ec2Instance.Instance;
  readonly instanceId: pulumi.Output<string>;
  /** "" without one. */
  readonly publicIp: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;

  constructor(name: string, args: InstanceArgs, options?: pulumi.ComponentResourceOptions) {
    super(TYPE, name, {}, options);
    if (args.subnetId !== undefined && args.vpcId === undefined) {
      throw new Error(
        `aws.Instance "${name}": vpcId is missing; the security group has to be in the network of subnetId`,
      );
    }
    const ec2 = fromPeer<typeof ec2Instance>("@pulumi/aws", "ec2/instance.js");
    const { image, tags, region } = args;
    const inside = { parent: this };
    this.securityGroup = securityGroup(
      name,
      { ports: args.ports ?? [], vpcId: args.vpcId, tags, region },
      this,
    );
    this.instance = new ec2.Instance(
      name,
      {
        ami: MachineImage.isInstance(image) ? image.imageId : image,
        instanceType: args.instanceType ?? "t3.nano",
        subnetId: args.subnetId,
        vpcSecurityGroupIds: [this.securityGroup.id, ...(args.securityGroupIds ?? [])],
        userDataBase64: cloudConfiguration(args, USER_DATA_BYTES_MAX),
        userDataReplaceOnChange: true,
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
        tags,
        region,
      },
      inside,
    );
    this.instanceId = this.instance.id;
    this.publicIp = this.instance.publicIp;
    this.privateIp = this.instance.privateIp;
    const { instanceId, publicIp, privateIp } = this;
    this.registerOutputs({ instanceId, publicIp, privateIp });
  }
}
