// What gcp.Service asks `@pulumi/gcp` for, with Pulumi's own stand-in for an engine.
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { Service } from "./index.ts";

const registered = new Map<string, Record<string, unknown>>();

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource({ type, inputs }) {
      registered.set(type.split(":").at(-1) ?? "", inputs);
      const outputs = {
        selfLinkUnique: "template-1?uniqueId=7",
        instanceGroup: "group-1",
        ipAddress: "192.0.2.1",
      };
      return { id: `${type.split(":").at(-1)}-1`, state: { ...outputs, ...inputs } };
    },
    call: () => ({}),
  });
});
beforeEach(() => registered.clear());

const value = <T>(output: pulumi.Output<T>) =>
  new Promise((resolve) => output.apply((known) => resolve(known)));

test("is a group behind a proxy, whose instances are replaced one after the other", async () => {
  const args = { region: "europe-west1", replicas: 3, port: 8080, healthPath: "/healthz" };
  const web = new Service("web", { ...args, image: "image-1", env: { COLOR: "blue" } });
  expect(await value(web.url)).toBe("http://192.0.2.1:8080");
  const { tags, ...template } = registered.get("InstanceTemplate") ?? {};
  expect(tags).toEqual([expect.stringMatching(/^unikernel-[0-9a-f]{12}$/)]);
  const told = Buffer.from("unikernel-config/1\0env:COLOR=blue\0").toString("base64");
  expect(template).toEqual({
    machineType: "e2-micro",
    disks: [{ boot: true, autoDelete: true, sourceImage: "image-1" }],
    networkInterfaces: [{ network: "default", accessConfigs: [{}], nicType: "VIRTIO_NET" }],
    metadata: { "serial-port-logging-enable": "TRUE", "unikernel-config": told },
  });
  expect(registered.get("HealthCheck")).toEqual({
    checkIntervalSec: 10,
    timeoutSec: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    httpHealthCheck: { port: 8080, requestPath: "/healthz" },
  });
  expect(registered.get("Firewall")).toEqual({
    network: "default",
    allows: [{ protocol: "tcp", ports: ["8080"] }],
    sourceRanges: ["35.191.0.0/16", "130.211.0.0/22"],
    targetTags: tags,
  });
  expect(registered.get("RegionInstanceGroupManager")).toEqual({
    baseInstanceName: "web",
    region: "europe-west1",
    targetSize: 3,
    versions: [{ instanceTemplate: "template-1?uniqueId=7" }],
    namedPorts: [{ name: "service", port: 8080 }],
    autoHealingPolicies: { healthCheck: "HealthCheck-1", initialDelaySec: 30 },
    updatePolicy: {
      type: "PROACTIVE",
      minimalAction: "REPLACE",
      replacementMethod: "SUBSTITUTE",
      maxSurgeFixed: 3,
      maxUnavailableFixed: 0,
    },
    waitForInstances: true,
    waitForInstancesStatus: "UPDATED",
  });
  expect(registered.get("BackendService")).toEqual({
    protocol: "TCP",
    loadBalancingScheme: "EXTERNAL",
    portName: "service",
    healthChecks: "HealthCheck-1",
    connectionDrainingTimeoutSec: 30,
    backends: [{ group: "group-1", balancingMode: "UTILIZATION" }],
  });
  expect(registered.get("TargetTCPProxy")).toEqual({ backendService: "BackendService-1" });
  expect(registered.get("GlobalForwardingRule")).toEqual({
    target: "TargetTCPProxy-1",
    loadBalancingScheme: "EXTERNAL",
    ipProtocol: "TCP",
    portRange: "8080",
  });
});

test("has two instances at port 80, of which connections are enough", async () => {
  const web = new Service("web", { region: "europe-west1", image: "image-1" });
  expect(await value(web.url)).toBe("http://192.0.2.1:80");
  expect(registered.get("RegionInstanceGroupManager")).toMatchObject({ targetSize: 2 });
  const check = registered.get("HealthCheck");
  expect(check).toMatchObject({ tcpHealthCheck: { port: 80 } });
  expect(check).not.toHaveProperty("httpHealthCheck");
});

test("wants the network of its subnetwork", () => {
  const args = { region: "europe-west1", image: "image-1", subnetwork: "inner" };
  expect(() => new Service("web", args)).toThrow('gcp.Service "web": network is missing');
});
