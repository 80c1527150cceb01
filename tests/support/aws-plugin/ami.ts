// `aws:ec2/ami:Ami` of the stand-in.
import {
  DeregisterImageCommand,
  DescribeImagesCommand,
  RegisterImageCommand,
  type RegisterImageCommandInput,
} from "@aws-sdk/client-ec2";
import type { Kind } from "./resource.ts";

interface Device {
  readonly deviceName: string;
  readonly snapshotId: string;
  readonly volumeType: "gp3";
  readonly deleteOnTermination: boolean;
}

export const ami: Kind = {
  token: "aws:ec2/ami:Ami",
  inputs: [
    ...["name", "description", "architecture", "virtualizationType", "bootMode", "enaSupport"],
    ...["imdsSupport", "rootDeviceName", "ebsBlockDevices", "tags"],
  ],
  isNamed: true,
  outputs: [],
  async make(ec2, inputs) {
    const devices = inputs.ebsBlockDevices as unknown as readonly Device[];
    const { ImageId } = await ec2.send(
      new RegisterImageCommand({
        Name: inputs.name,
        Description: inputs.description,
        Architecture: inputs.architecture,
        VirtualizationType: inputs.virtualizationType,
        BootMode: inputs.bootMode,
        EnaSupport: inputs.enaSupport,
        ImdsSupport: inputs.imdsSupport,
        RootDeviceName: inputs.rootDeviceName,
        BlockDeviceMappings: devices.map((device) => ({
          DeviceName: device.deviceName,
          Ebs: {
            SnapshotId: device.snapshotId,
            VolumeType: device.volumeType,
            DeleteOnTermination: device.deleteOnTermination,
          },
        })),
      } as RegisterImageCommandInput),
    );
    return ImageId ?? "";
  },
  async find(ec2, id) {
    const { Images = [] } = await ec2.send(
      new DescribeImagesCommand({ Filters: [{ Name: "image-id", Values: [id] }] }),
    );
    return Images.length > 0 ? {} : undefined;
  },
  async remove(ec2, id) {
    await ec2.send(new DeregisterImageCommand({ ImageId: id }));
  },
};
