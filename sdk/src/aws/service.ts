// The component `unikernel:aws:Service`: instances of one machine image behind a load balancer.
import type * as autoscaling from "@pulumi/aws/autoscaling/group.js";
import type * as ec2Template from "@pulumi/aws/ec2/launchTemplate.js";
import type { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import type * as lbListener from "@pulumi/aws/lb/listener.js";
import type * as lbBalancer from "@pulumi/aws/lb/loadBalancer.js";
import type * as lbTargets from "@pulumi/aws/lb/targetGroup.js";
import * as pulumi from "@pulumi/pulumi";
import { cloudConfiguration } from "../cloud-configuration.ts";
import { fromPeer } from "../peer.ts";
import { USER_DATA_BYTES_MAX } from "./instance.ts";
import { MachineImage } from "./machine-image.ts";
import { securityGroup } from "./ports.ts";

const TYPE = "unikernel:aws:Service";
/** A unikernel serves as soon as it has its addresses. */
const WARM_UP_SECONDS = 30;
const DRAIN_SECONDS = 30;

export interface ServiceArgs {
  /** What all instances start from, or the id of one. Another one is rolled out. */
  readonly image: MachineImage | pulumi.Input<string>;
  /** The network. */
  readonly vpcId: pulumi.Input<string>;
  /** Subnets of it, for the load balancer and the instances. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** How many instances serve (2). */
  readonly replicas?: pulumi.Input<number> | undefined;
  /** The TCP port at which instances and load balancer answer (80). */
  readonly port?: pulumi.Input<number> | undefined;
  /** A path that answers 200 when an instance works, e.g. "/healthz"; default: that it accepts
   * connections is enough. */
  readonly healthPath?: pulumi.Input<string> | undefined;
  /** A type with Intel's or AMD's processors of the Nitro system; default: "t3.nano". */
  readonly instanceType?: pulumi.Input<string> | undefined;
  /** Environment variables, as of an Instance. Others are rolled out. */
  readonly env?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Arguments of the application, without its name; as `env`. */
  readonly args?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  readonly tags?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Default: that of the provider. */
  readonly region?: pulumi.Input<string> | undefined;
}

/**
 * Instances in an Auto Scaling group behind a network load balancer. Another image or environment
 * is rolled out by an instance refresh, which turns back by itself when it fails.
 *
 * ```ts
 * const web = new aws.Service("web", { image: machineImage, vpcId, subnetIds, replicas: 3 });
 * export const url = web.url;
 * ```
 */
export class Service extends pulumi.ComponentResource {
  readonly securityGroup: SecurityGroup;
  readonly launchTemplate: ec2Template.LaunchTemplate;
  readonly loadBalancer: lbBalancer.LoadBalancer;
  readonly targetGroup: lbTargets.TargetGroup;
  readonly group: autoscaling.Group;
  /** Where the load balancer answers, e.g. "http://web-1.elb.eu-west-1.amazonaws.com:80". */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: ServiceArgs, options?: pulumi.ComponentResourceOptions) {
    super(TYPE, name, {}, options);
    const { LaunchTemplate } = fromPeer<typeof ec2Template>("@pulumi/aws", "ec2/launchTemplate.js");
    const { Group } = fromPeer<typeof autoscaling>("@pulumi/aws", "autoscaling/group.js");
    const { image, vpcId, subnetIds, tags, region } = args;
    const port = pulumi.output(args.port ?? 80);
    const replicas = pulumi.output(args.replicas ?? 2);
    const inside = { parent: this };
    this.securityGroup = securityGroup(name, { ports: [{ port }], vpcId, tags, region }, this);
    this.launchTemplate = new LaunchTemplate(
      name,
      {
        imageId: MachineImage.isInstance(image) ? image.imageId : image,
        instanceType: args.instanceType ?? "t3.nano",
        vpcSecurityGroupIds: [this.securityGroup.id],
        userData: cloudConfiguration(args, USER_DATA_BYTES_MAX),
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
        updateDefaultVersion: true,
        tags,
        region,
      },
      inside,
    );
    const { targets, balancer, listener } = balance(name, args, port, this);
    this.targetGroup = targets;
    this.loadBalancer = balancer;
    this.group = new Group(
      name,
      {
        minSize: replicas,
        maxSize: replicas,
        desiredCapacity: replicas,
        vpcZoneIdentifiers: subnetIds,
        targetGroupArns: [targets.arn],
        healthCheckType: "ELB",
        healthCheckGracePeriod: WARM_UP_SECONDS,
        // An update is not done before as many answer.
        waitForElbCapacity: replicas,
        // A version and not "$Latest": only then a new one starts a refresh, which can turn back.
        launchTemplate: {
          id: this.launchTemplate.id,
          version: this.launchTemplate.latestVersion.apply(String),
        },
        instanceRefresh: {
          strategy: "Rolling",
          preferences: {
            autoRollback: true,
            minHealthyPercentage: 100,
            maxHealthyPercentage: 200,
            instanceWarmup: String(WARM_UP_SECONDS),
            skipMatching: true,
          },
        },
        region,
      },
      // Targets that no listener serves are never checked.
      { ...inside, dependsOn: [listener] },
    );
    this.url = pulumi.interpolate`http://${balancer.dnsName}:${port}`;
    this.registerOutputs({ url: this.url });
  }
}

function balance(
  name: string,
  { vpcId, subnetIds, healthPath, tags, region }: ServiceArgs,
  port: pulumi.Output<number>,
  parent: pulumi.Resource,
) {
  const { LoadBalancer } = fromPeer<typeof lbBalancer>("@pulumi/aws", "lb/loadBalancer.js");
  const { TargetGroup } = fromPeer<typeof lbTargets>("@pulumi/aws", "lb/targetGroup.js");
  const { Listener } = fromPeer<typeof lbListener>("@pulumi/aws", "lb/listener.js");
  const inside = { parent };
  const healthCheck =
    healthPath === undefined
      ? { protocol: "TCP" }
      : { protocol: "HTTP", path: healthPath, matcher: "200" };
  const targets = new TargetGroup(
    name,
    {
      port,
      protocol: "TCP",
      targetType: "instance",
      vpcId,
      deregistrationDelay: DRAIN_SECONDS,
      healthCheck: { ...healthCheck, interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
      tags,
      region,
    },
    inside,
  );
  const balancer = new LoadBalancer(
    name,
    {
      loadBalancerType: "network",
      subnets: subnetIds,
      enableCrossZoneLoadBalancing: true,
      tags,
      region,
    },
    inside,
  );
  const listener = new Listener(
    name,
    {
      loadBalancerArn: balancer.arn,
      port,
      protocol: "TCP",
      defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
      tags,
      region,
    },
    inside,
  );
  return { targets, balancer, listener };
}
