// What aws.Service asks `@pulumi/aws` for, with Pulumi's own stand-in for an engine.
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { Service } from "./index.ts";

const registered = new Map<string, Record<string, unknown>>();

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource({ type, inputs }) {
      registered.set(type, inputs);
      const outputs: Record<string, object> = {
        "aws:ec2/launchTemplate:LaunchTemplate": { latestVersion: 3 },
        "aws:lb/targetGroup:TargetGroup": { arn: "arn:targets" },
        "aws:lb/loadBalancer:LoadBalancer": { arn: "arn:balancer", dnsName: "web.example" },
      };
      return { id: `${type.split(":").at(-1)}-1`, state: { ...inputs, ...outputs[type] } };
    },
    call: () => ({}),
  });
});
beforeEach(() => registered.clear());

const value = <T>(output: pulumi.Output<T>) =>
  new Promise((resolve) => output.apply((known) => resolve(known)));
const network = { vpcId: "vpc-1", subnetIds: ["subnet-1", "subnet-2"] };

test("is a group behind a load balancer, whose refresh turns back", async () => {
  const args = {
    ...network,
    replicas: 3,
    port: 8080,
    healthPath: "/healthz",
    tags: { team: "web" },
  };
  const web = new Service("web", { ...args, image: "ami-1", env: { COLOR: "blue" } });
  expect(await value(web.url)).toBe("http://web.example:8080");
  await value(web.group.urn);
  expect(registered.get("aws:ec2/securityGroup:SecurityGroup")).toMatchObject({
    vpcId: "vpc-1",
    ingress: [{ fromPort: 8080, toPort: 8080, protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] }],
  });
  expect(registered.get("aws:ec2/launchTemplate:LaunchTemplate")).toEqual({
    imageId: "ami-1",
    instanceType: "t3.nano",
    vpcSecurityGroupIds: ["SecurityGroup-1"],
    userData: Buffer.from("unikernel-config/1\0env:COLOR=blue\0").toString("base64"),
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
    updateDefaultVersion: true,
    tags: { team: "web" },
  });
  expect(registered.get("aws:lb/targetGroup:TargetGroup")).toEqual({
    port: 8080,
    protocol: "TCP",
    targetType: "instance",
    vpcId: "vpc-1",
    deregistrationDelay: 30,
    healthCheck: {
      ...{ protocol: "HTTP", path: "/healthz", matcher: "200" },
      ...{ interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
    },
    tags: { team: "web" },
  });
  expect(registered.get("aws:lb/loadBalancer:LoadBalancer")).toEqual({
    loadBalancerType: "network",
    subnets: network.subnetIds,
    enableCrossZoneLoadBalancing: true,
    tags: { team: "web" },
  });
  expect(registered.get("aws:lb/listener:Listener")).toEqual({
    loadBalancerArn: "arn:balancer",
    port: 8080,
    protocol: "TCP",
    defaultActions: [{ type: "forward", targetGroupArn: "arn:targets" }],
    tags: { team: "web" },
  });
  expect(registered.get("aws:autoscaling/group:Group")).toEqual({
    minSize: 3,
    maxSize: 3,
    desiredCapacity: 3,
    vpcZoneIdentifiers: network.subnetIds,
    targetGroupArns: ["arn:targets"],
    healthCheckType: "ELB",
    healthCheckGracePeriod: 30,
    waitForElbCapacity: 3,
    launchTemplate: { id: "LaunchTemplate-1", version: "3" },
    instanceRefresh: {
      strategy: "Rolling",
      preferences: {
        autoRollback: true,
        minHealthyPercentage: 100,
        maxHealthyPercentage: 200,
        instanceWarmup: "30",
        skipMatching: true,
      },
    },
  });
});

test("has two instances at port 80, of which connections are enough", async () => {
  const web = new Service("web", { ...network, image: "ami-1" });
  expect(await value(web.url)).toBe("http://web.example:80");
  await value(web.group.urn);
  expect(registered.get("aws:autoscaling/group:Group")).toMatchObject({ desiredCapacity: 2 });
  expect(registered.get("aws:lb/targetGroup:TargetGroup")).toMatchObject({
    port: 80,
    healthCheck: { protocol: "TCP" },
  });
  expect(registered.get("aws:ec2/launchTemplate:LaunchTemplate")).not.toHaveProperty("userData");
});
