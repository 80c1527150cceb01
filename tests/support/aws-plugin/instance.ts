// `aws:ec2/instance:Instance` of the stand-in.
import {
  DescribeInstancesCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { type PropertyMap, unwrapMap } from "../../../provider/src/values.ts";
import { type Kind, tagsOf } from "./resource.ts";

export const instance: Kind = {
  token: "aws:ec2/instance:Instance",
  inputs: [
    ...["ami", "instanceType", "vpcSecurityGroupIds", "userDataBase64"],
    ...["userDataReplaceOnChange", "metadataOptions", "tags"],
  ],
  isNamed: false,
  outputs: ["publicIp", "privateIp"],
  async make(ec2, given) {
    const inputs = unwrapMap(given);
    const options = inputs.metadataOptions as PropertyMap;
    const tags = tagsOf(inputs);
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: inputs.ami,
        InstanceType: inputs.instanceType,
        SecurityGroupIds: inputs.vpcSecurityGroupIds,
        UserData: inputs.userDataBase64,
        MetadataOptions: { HttpEndpoint: options.httpEndpoint, HttpTokens: options.httpTokens },
        MinCount: 1,
        MaxCount: 1,
        ...(tags.length > 0
          ? { TagSpecifications: [{ ResourceType: "instance", Tags: tags }] }
          : {}),
      } as RunInstancesCommandInput),
    );
    return Instances[0]?.InstanceId ?? "";
  },
  async find(ec2, id) {
    const { Reservations = [] } = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: "instance-id", Values: [id] }] }),
    );
    const found = Reservations[0]?.Instances?.[0];
    if (found === undefined || found.State?.Name === "terminated") return undefined;
    return { publicIp: found.PublicIpAddress ?? "", privateIp: found.PrivateIpAddress ?? "" };
  },
  async remove(ec2, id) {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  },
};
