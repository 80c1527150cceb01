// The security group of instances: what may come in, and everything out.
import type * as ec2Group from "@pulumi/aws/ec2/securityGroup.js";
import type * as pulumi from "@pulumi/pulumi";
import { fromPeer } from "../peer.ts";

export interface InstancePortArgs {
  readonly port: pulumi.Input<number>;
  /** Default: "tcp". */
  readonly protocol?: pulumi.Input<"tcp" | "udp"> | undefined;
  /** Who may come in; default: everybody, `["0.0.0.0/0"]`. */
  readonly cidrs?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

type Tags = pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;

export function securityGroup(
  name: string,
  args: {
    readonly ports: readonly (number | InstancePortArgs)[];
    readonly vpcId: pulumi.Input<string> | undefined;
    readonly tags: Tags | undefined;
    readonly region: pulumi.Input<string> | undefined;
  },
  parent: pulumi.Resource,
): ec2Group.SecurityGroup {
  const { SecurityGroup } = fromPeer<typeof ec2Group>("@pulumi/aws", "ec2/securityGroup.js");
  const { ports, ...rest } = args;
  const everybody = { fromPort: 0, toPort: 0, protocol: "-1", cidrBlocks: ["0.0.0.0/0"] };
  const rules = { ingress: ports.map(ingress), egress: [everybody] };
  return new SecurityGroup(
    name,
    { description: `unikernel ${name}`, ...rules, ...rest },
    { parent },
  );
}

function ingress(allowed: number | InstancePortArgs) {
  const {
    port,
    protocol = "tcp",
    cidrs = ["0.0.0.0/0"],
  } = typeof allowed === "number" ? { port: allowed } : allowed;
  return { fromPort: port, toPort: port, protocol, cidrBlocks: cidrs };
}
