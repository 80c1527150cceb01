// `aws:ec2/securityGroup:SecurityGroup` of the stand-in.
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
} from "@aws-sdk/client-ec2";
import type { Kind } from "./resource.ts";

interface Rule {
  readonly fromPort: number;
  readonly toPort: number;
  readonly protocol: string;
  readonly cidrBlocks: readonly string[];
}

export const securityGroup: Kind = {
  token: "aws:ec2/securityGroup:SecurityGroup",
  // What is let out: Amazon's own groups begin with everything.
  inputs: ["name", "description", "ingress", "egress", "tags"],
  isNamed: true,
  outputs: [],
  async make(ec2, inputs) {
    const { GroupId = "" } = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: String(inputs.name),
        Description: String(inputs.description),
      }),
    );
    const rules = inputs.ingress as unknown as readonly Rule[];
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: rules.map(({ fromPort, toPort, protocol, cidrBlocks }) => ({
          FromPort: fromPort,
          ToPort: toPort,
          IpProtocol: protocol,
          IpRanges: cidrBlocks.map((CidrIp) => ({ CidrIp })),
        })),
      }),
    );
    return GroupId;
  },
  async find(ec2, id) {
    const { SecurityGroups = [] } = await ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-id", Values: [id] }] }),
    );
    return SecurityGroups.length > 0 ? {} : undefined;
  },
  async remove(ec2, id) {
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
  },
};
