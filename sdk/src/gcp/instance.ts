// The component `unikernel:gcp:Instance`: one machine of Compute Engine that runs a machine image.
import { createHash } from "node:crypto";
import type * as computeFirewall from "@pulumi/gcp/compute/firewall.js";
import type * as computeInstance from "@pulumi/gcp/compute/instance.js";
import * as pulumi from "@pulumi/pulumi";
import { type CloudConfigurationArgs, cloudConfiguration } from "../cloud-configuration.ts";
import { fromPeer } from "../peer.ts";
import { MachineImage } from "./machine-image.ts";

const TYPE = "unikernel:gcp:Instance";
/** What a guest reads, and less than Google's limit. */
const CONFIGURATION_BYTES_MAX = 48 * 1024;

export interface InstancePortArgs {
  readonly port: number;
  /** Default: "tcp". */
  readonly protocol?: "tcp" | "udp" | undefined;
  /** Who may come in; default: everybody, `["0.0.0.0/0"]`. */
  readonly cidrs?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

export interface InstanceArgs {
  /** What it starts from, or the address of one. Another one replaces the instance. */
  readonly image: MachineImage | pulumi.Input<string>;
  /** E.g. "europe-west1-b"; default: that of the provider. */
  readonly zone?: pulumi.Input<string> | undefined;
  /** Of the series e2, n1 or n2: newer ones have devices without drivers yet; default: "e2-micro". */
  readonly machineType?: pulumi.Input<string> | undefined;
  /** What may be reached from outside; without it no firewall rule is made. */
  readonly ports?: readonly (number | InstancePortArgs)[] | undefined;
  /** Environment variables. They reach the instance as its metadata, which whoever may look at
   * instances of the project can read; others replace the instance. */
  readonly env?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Arguments of the application, without its name; as `env`. */
  readonly args?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Default: "default". */
  readonly network?: pulumi.Input<string> | undefined;
  /** Of the network. */
  readonly subnetwork?: pulumi.Input<string> | undefined;
  readonly labels?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Default: that of the provider. */
  readonly project?: pulumi.Input<string> | undefined;
}

/**
 * An instance of Compute Engine with firewall rules of its own.
 *
 * ```ts
 * const web = new gcp.Instance("web", { image: machineImage, ports: [80], env: { COLOR: "blue" } });
 * export const address = web.publicIp;
 * ```
 */
export class Instance extends pulumi.ComponentResource {
  /** One for each port, in order. */
  readonly firewalls: readonly computeFirewall.Firewall[];
  readonly instance: computeInstance.Instance;
  readonly instanceId: pulumi.Output<string>;
  readonly publicIp: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;

  constructor(name: string, args: InstanceArgs, options?: pulumi.ComponentResourceOptions) {
    super(TYPE, name, {}, options);
    const ports = args.ports ?? [];
    if (args.subnetwork !== undefined && args.network === undefined && ports.length > 0) {
      throw new Error(
        `gcp.Instance "${name}": network is missing; ports are opened in the network of subnetwork`,
      );
    }
    const { Firewall } = fromPeer<typeof computeFirewall>("@pulumi/gcp", "compute/firewall.js");
    const compute = fromPeer<typeof computeInstance>("@pulumi/gcp", "compute/instance.js");
    const { image, network = "default", subnetwork, project, labels } = args;
    const inside = { parent: this };
    const tag = networkTag(name);
    this.firewalls = ports.map((allowed) => {
      const {
        port,
        protocol = "tcp",
        cidrs = ["0.0.0.0/0"],
      } = typeof allowed === "number" ? { port: allowed } : allowed;
      const allows = [{ protocol, ports: [String(port)] }];
      return new Firewall(
        `${name}-${protocol}-${port}`,
        { network, allows, sourceRanges: cidrs, targetTags: [tag], project },
        inside,
      );
    });
    this.instance = new compute.Instance(
      name,
      {
        zone: args.zone,
        machineType: args.machineType ?? "e2-micro",
        bootDisk: {
          initializeParams: { image: MachineImage.isInstance(image) ? image.selfLink : image },
        },
        networkInterfaces: [networkInterface(network, subnetwork)],
        metadata: instanceMetadata(args),
        tags: [tag],
        labels,
        project,
      },
      // A guest reads them when it starts.
      { ...inside, replaceOnChanges: ["metadata"] },
    );
    this.instanceId = this.instance.instanceId;
    const first = this.instance.networkInterfaces.apply((all) => all[0]);
    this.publicIp = first.apply((found) => found?.accessConfigs?.[0]?.natIp ?? "");
    this.privateIp = first.apply((found) => found?.networkIp ?? "");
    const { instanceId, publicIp, privateIp } = this;
    this.registerOutputs({ instanceId, publicIp, privateIp });
  }
}

/** What a guest is told, and what Google is told of it. */
export function instanceMetadata(
  args: CloudConfigurationArgs,
): Record<string, pulumi.Input<string>> {
  const configuration = cloudConfiguration(args, CONFIGURATION_BYTES_MAX);
  return {
    // What it prints can then be read in the project's logs.
    "serial-port-logging-enable": "TRUE",
    ...(configuration === undefined ? {} : { "unikernel-config": configuration }),
  };
}

/** With an address of its own outside, for which there is a driver. */
export function networkInterface(
  network: pulumi.Input<string>,
  subnetwork: pulumi.Input<string> | undefined,
) {
  const place = subnetwork === undefined ? { network } : { subnetwork };
  return { ...place, accessConfigs: [{}], nicType: "VIRTIO_NET" };
}

/** Firewall rules reach all instances of a network that have their tag: nobody else's has this. */
export function networkTag(name: string): string {
  const whose = `${pulumi.getProject()} ${pulumi.getStack()} ${name}`;
  return `unikernel-${createHash("sha256").update(whose).digest("hex").slice(0, 12)}`;
}
