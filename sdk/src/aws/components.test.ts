// What the components ask `@pulumi/aws` for, with Pulumi's own stand-in for an engine.
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Instance, MachineImage } from "./index.ts";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const DIGEST = `sha256:${"a".repeat(64)}`;
const registered: Registered[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource({ type, name, inputs }) {
      registered.push({ type, name, inputs });
      const ids: Record<string, string> = {
        "aws:ec2/ami:Ami": "ami-1",
        "aws:ec2/securityGroup:SecurityGroup": "sg-1",
      };
      const outputs = type === "unikernel:aws:Snapshot" ? { snapshotId: "snap-1" } : {};
      return { id: ids[type] ?? "id", state: { ...inputs, ...outputs, publicIp: "192.0.2.1" } };
    },
    call: () => ({}),
  });
});
beforeEach(() => {
  registered.length = 0;
});

function value<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => output.apply((known) => resolve(known as pulumi.Unwrap<T>)));
}
const inputsOf = (type: string) => registered.find((one) => one.type === type)?.inputs;
const userData = (text: string) => Buffer.from(text).toString("base64");

test("a MachineImage is a snapshot and a machine image of it", async () => {
  const args = { image: DIGEST, amiName: "web-1", tags: { team: "web" }, region: "eu-west-1" };
  const machineImage = new MachineImage("web", args);
  expect(await value(machineImage.imageId)).toBe("ami-1");
  expect(inputsOf("unikernel:aws:Snapshot")).toEqual({
    image: DIGEST,
    tags: { team: "web" },
    region: "eu-west-1",
  });
  expect(inputsOf("aws:ec2/ami:Ami")).toEqual({
    name: "web-1",
    description: `unikernel ${DIGEST}`,
    architecture: "x86_64",
    virtualizationType: "hvm",
    bootMode: "uefi",
    enaSupport: true,
    imdsSupport: "v2.0",
    rootDeviceName: "/dev/xvda",
    ebsBlockDevices: [
      {
        deviceName: "/dev/xvda",
        snapshotId: "snap-1",
        volumeType: "gp3",
        deleteOnTermination: true,
      },
    ],
    tags: { team: "web" },
    region: "eu-west-1",
  });
});

describe("an Instance", () => {
  test("lets in what it is told, and tells the guest by its user data", async () => {
    const machineImage = new MachineImage("web", { image: DIGEST });
    const web = new Instance("web", {
      image: machineImage,
      ports: [80, { port: 53, protocol: "udp", cidrs: ["10.0.0.0/8"] }],
      env: { COLOR: pulumi.output("blue") },
      args: ["--verbose"],
      subnetId: "subnet-1",
      vpcId: "vpc-1",
      securityGroupIds: ["sg-2"],
      tags: { team: "web" },
    });
    expect(await value(web.publicIp)).toBe("192.0.2.1");
    expect(inputsOf("aws:ec2/securityGroup:SecurityGroup")).toEqual({
      description: "unikernel web",
      vpcId: "vpc-1",
      ingress: [
        { fromPort: 80, toPort: 80, protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] },
        { fromPort: 53, toPort: 53, protocol: "udp", cidrBlocks: ["10.0.0.0/8"] },
      ],
      egress: [{ fromPort: 0, toPort: 0, protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }],
      tags: { team: "web" },
    });
    expect(inputsOf("aws:ec2/instance:Instance")).toEqual({
      ami: "ami-1",
      instanceType: "t3.nano",
      subnetId: "subnet-1",
      vpcSecurityGroupIds: ["sg-1", "sg-2"],
      userDataBase64: userData("unikernel-config/1\0arg:--verbose\0env:COLOR=blue\0"),
      userDataReplaceOnChange: true,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
      tags: { team: "web" },
    });
  });

  test("keeps what it is told in secret a secret, and says nothing of nothing", async () => {
    const secret = pulumi.secret("hunter22");
    const told = new Instance("told", { image: "ami-7", env: { PASSWORD: secret } });
    const untold = new Instance("untold", { image: "ami-7" });
    await value(pulumi.all([told.instance.urn, untold.instance.urn]));
    const instances = registered.filter(({ type }) => type === "aws:ec2/instance:Instance");
    const of = (name: string) => instances.find((one) => one.name === name)?.inputs;
    expect(of("told")?.userDataBase64).toEqual({
      [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig,
      value: userData("unikernel-config/1\0env:PASSWORD=hunter22\0"),
    });
    expect(of("untold")).not.toHaveProperty("userDataBase64");
  });

  test("wants the network of its subnet", () => {
    expect(() => new Instance("web", { image: "ami-7", subnetId: "subnet-1" })).toThrow(
      'aws.Instance "web": vpcId is missing; the security group has to be in the network of subnetId',
    );
  });
});
