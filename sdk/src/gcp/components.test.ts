// What the components ask `@pulumi/gcp` for, with Pulumi's own stand-in for an engine.
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
      const outputs: Record<string, object> = {
        "unikernel:gcp:DiskObject": {
          source: "https://storage.example/disks/web.tar.gz",
          objectName: "web.tar.gz",
          generation: "7",
        },
        "gcp:compute/image:Image": { selfLink: "https://compute.example/images/web-1" },
        "gcp:compute/instance:Instance": {
          instanceId: "42",
          networkInterfaces: [{ networkIp: "10.132.0.2", accessConfigs: [{ natIp: "192.0.2.1" }] }],
        },
      };
      return { id: `${name}-1`, state: { ...inputs, ...outputs[type] } };
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

test("a MachineImage is an object and an image of it", async () => {
  const machineImage = new MachineImage("web", {
    image: DIGEST,
    bucket: "disks",
    prefix: "images/",
    family: "web",
    labels: { team: "web" },
    project: "p-1",
  });
  expect(await value(machineImage.selfLink)).toBe("https://compute.example/images/web-1");
  expect(inputsOf("unikernel:gcp:DiskObject")).toEqual({
    image: DIGEST,
    bucket: "disks",
    prefix: "images/",
    keep: true,
  });
  expect(inputsOf("unikernel:gcp:DiskObjectRemoval")).toBeUndefined();
  expect(inputsOf("gcp:compute/image:Image")).toEqual({
    description: `unikernel ${DIGEST}`,
    rawDisk: { source: "https://storage.example/disks/web.tar.gz" },
    guestOsFeatures: [{ type: "UEFI_COMPATIBLE" }],
    family: "web",
    labels: { team: "web" },
    project: "p-1",
  });
});

test("a MachineImage removes its object when wished, once its image is there", async () => {
  const args = { image: DIGEST, bucket: "disks", keepObject: false };
  await value(new MachineImage("web", args).selfLink);
  await expect
    .poll(() => inputsOf("unikernel:gcp:DiskObjectRemoval"))
    .toEqual({
      bucket: "disks",
      objectName: "web.tar.gz",
      generation: "7",
      usedBy: "web-1",
    });
  expect(inputsOf("unikernel:gcp:DiskObject")).toMatchObject({ keep: false });
});

describe("an Instance", () => {
  test("lets in what it is told, and tells the guest by its metadata", async () => {
    const web = new Instance("web", {
      image: new MachineImage("web", { image: DIGEST, bucket: "disks" }),
      zone: "europe-west1-b",
      ports: [80, { port: 53, protocol: "udp", cidrs: ["10.0.0.0/8"] }],
      env: { COLOR: pulumi.output("blue") },
      args: ["--verbose"],
    });
    expect(await value(web.publicIp)).toBe("192.0.2.1");
    expect(await value(web.privateIp)).toBe("10.132.0.2");
    const { tags, ...rest } = inputsOf("gcp:compute/instance:Instance") ?? {};
    expect(tags).toEqual([expect.stringMatching(/^unikernel-[0-9a-f]{12}$/)]);
    const told = Buffer.from("unikernel-config/1\0arg:--verbose\0env:COLOR=blue\0");
    expect(rest).toEqual({
      zone: "europe-west1-b",
      machineType: "e2-micro",
      bootDisk: { initializeParams: { image: "https://compute.example/images/web-1" } },
      networkInterfaces: [{ network: "default", accessConfigs: [{}], nicType: "VIRTIO_NET" }],
      metadata: {
        "serial-port-logging-enable": "TRUE",
        "unikernel-config": told.toString("base64"),
      },
    });
    const firewalls = registered.filter(({ type }) => type === "gcp:compute/firewall:Firewall");
    expect(firewalls.map(({ inputs }) => inputs)).toEqual([
      {
        network: "default",
        allows: [{ protocol: "tcp", ports: ["80"] }],
        sourceRanges: ["0.0.0.0/0"],
        targetTags: tags,
      },
      {
        network: "default",
        allows: [{ protocol: "udp", ports: ["53"] }],
        sourceRanges: ["10.0.0.0/8"],
        targetTags: tags,
      },
    ]);
  });

  test("is in the subnetwork that it is told, and opens nothing by itself", async () => {
    const web = new Instance("web", { image: "projects/p/global/images/i", subnetwork: "inner" });
    await value(web.instanceId);
    expect(inputsOf("gcp:compute/instance:Instance")).toMatchObject({
      networkInterfaces: [{ subnetwork: "inner" }],
      metadata: { "serial-port-logging-enable": "TRUE" },
    });
    expect(inputsOf("gcp:compute/firewall:Firewall")).toBeUndefined();
  });

  test("wants the network of its subnetwork", () => {
    expect(() => new Instance("web", { image: "i", subnetwork: "inner", ports: [80] })).toThrow(
      'gcp.Instance "web": network is missing; ports are opened in the network of subnetwork',
    );
  });
});
