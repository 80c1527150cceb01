// The component `unikernel:gcp:Service`: instances of one machine image behind a load balancer.
import type * as computeBackend from "@pulumi/gcp/compute/backendService.js";
import type * as computeFirewall from "@pulumi/gcp/compute/firewall.js";
import type * as computeRule from "@pulumi/gcp/compute/globalForwardingRule.js";
import type * as computeHealth from "@pulumi/gcp/compute/healthCheck.js";
import type * as computeTemplate from "@pulumi/gcp/compute/instanceTemplate.js";
import type * as computeGroup from "@pulumi/gcp/compute/regionInstanceGroupManager.js";
import type * as computeProxy from "@pulumi/gcp/compute/targetTCPProxy.js";
import * as pulumi from "@pulumi/pulumi";
import { fromPeer } from "../peer.ts";
import { instanceMetadata, networkInterface, networkTag } from "./instance.ts";
import { MachineImage } from "./machine-image.ts";

const TYPE = "unikernel:gcp:Service";
const PORT_NAME = "service";
/** Whence Google's load balancers and health checks come. */
const GOOGLES_FRONT_ENDS = ["35.191.0.0/16", "130.211.0.0/22"];
/** A unikernel serves as soon as it has its addresses. */
const WARM_UP_SECONDS = 30;
const DRAIN_SECONDS = 30;
/** In a region there are at least that many zones, and an update has to be able to begin in each. */
const SURGE = 3;

export interface ServiceArgs {
  /** What all instances start from, or the address of one. Another one is rolled out. */
  readonly image: MachineImage | pulumi.Input<string>;
  /** E.g. "europe-west1". */
  readonly region: pulumi.Input<string>;
  /** How many instances serve (2). */
  readonly replicas?: pulumi.Input<number> | undefined;
  /** The TCP port at which instances and load balancer answer (80). */
  readonly port?: pulumi.Input<number> | undefined;
  /** A path that answers 200 when an instance works, e.g. "/healthz"; default: that it accepts
   * connections is enough. */
  readonly healthPath?: pulumi.Input<string> | undefined;
  /** Of the series e2, n1 or n2: newer ones have devices without drivers yet; default: "e2-micro". */
  readonly machineType?: pulumi.Input<string> | undefined;
  /** Environment variables, as of an Instance. Others are rolled out. */
  readonly env?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Arguments of the application, without its name; as `env`. */
  readonly args?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Default: "default". */
  readonly network?: pulumi.Input<string> | undefined;
  /** Of the network and the region. */
  readonly subnetwork?: pulumi.Input<string> | undefined;
  readonly labels?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Default: that of the provider. */
  readonly project?: pulumi.Input<string> | undefined;
}

/**
 * A regional managed group of instances behind a load balancer (a global TCP proxy, whose address
 * clients use). Another image or environment is rolled out by replacing instances one after the
 * other, the new one first.
 *
 * ```ts
 * const web = new gcp.Service("web", { image: machineImage, region: "europe-west1" });
 * export const url = web.url;
 * ```
 */
export class Service extends pulumi.ComponentResource {
  readonly instanceTemplate: computeTemplate.InstanceTemplate;
  readonly healthCheck: computeHealth.HealthCheck;
  readonly group: computeGroup.RegionInstanceGroupManager;
  readonly forwardingRule: computeRule.GlobalForwardingRule;
  /** Where the load balancer answers, e.g. "http://192.0.2.1:80". */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: ServiceArgs, options?: pulumi.ComponentResourceOptions) {
    super(TYPE, name, {}, options);
    if (args.subnetwork !== undefined && args.network === undefined) {
      throw new Error(
        `gcp.Service "${name}": network is missing; the port is opened in the network of subnetwork`,
      );
    }
    const { InstanceTemplate } = fromPeer<typeof computeTemplate>(
      "@pulumi/gcp",
      "compute/instanceTemplate.js",
    );
    const { HealthCheck } = fromPeer<typeof computeHealth>("@pulumi/gcp", "compute/healthCheck.js");
    const { Firewall } = fromPeer<typeof computeFirewall>("@pulumi/gcp", "compute/firewall.js");
    const { RegionInstanceGroupManager } = fromPeer<typeof computeGroup>(
      "@pulumi/gcp",
      "compute/regionInstanceGroupManager.js",
    );
    const { image, region, network = "default", healthPath, labels, project } = args;
    const port = pulumi.output(args.port ?? 80);
    const tag = networkTag(name);
    const inside = { parent: this };
    this.instanceTemplate = new InstanceTemplate(
      name,
      {
        machineType: args.machineType ?? "e2-micro",
        disks: [
          {
            boot: true,
            autoDelete: true,
            sourceImage: MachineImage.isInstance(image) ? image.selfLink : image,
          },
        ],
        networkInterfaces: [networkInterface(network, args.subnetwork)],
        metadata: instanceMetadata(args),
        tags: [tag],
        labels,
        project,
      },
      inside,
    );
    this.healthCheck = new HealthCheck(
      name,
      {
        checkIntervalSec: 10,
        timeoutSec: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        ...(healthPath === undefined
          ? { tcpHealthCheck: { port } }
          : { httpHealthCheck: { port, requestPath: healthPath } }),
        project,
      },
      inside,
    );
    const firewall = new Firewall(
      name,
      {
        network,
        allows: [{ protocol: "tcp", ports: [port.apply(String)] }],
        sourceRanges: GOOGLES_FRONT_ENDS,
        targetTags: [tag],
        project,
      },
      inside,
    );
    this.group = new RegionInstanceGroupManager(
      name,
      {
        baseInstanceName: name,
        region,
        targetSize: args.replicas ?? 2,
        versions: [{ instanceTemplate: this.instanceTemplate.selfLinkUnique }],
        namedPorts: [{ name: PORT_NAME, port }],
        autoHealingPolicies: {
          healthCheck: this.healthCheck.id,
          initialDelaySec: WARM_UP_SECONDS,
        },
        updatePolicy: {
          type: "PROACTIVE",
          minimalAction: "REPLACE",
          replacementMethod: "SUBSTITUTE",
          maxSurgeFixed: SURGE,
          maxUnavailableFixed: 0,
        },
        // An update is not done before all are new and healthy.
        waitForInstances: true,
        waitForInstancesStatus: "UPDATED",
        project,
      },
      // Without it no instance is ever healthy.
      { ...inside, dependsOn: [firewall] },
    );
    this.forwardingRule = balance(name, this.group.instanceGroup, this.healthCheck, port, {
      project,
      parent: this,
    });
    this.url = pulumi.interpolate`http://${this.forwardingRule.ipAddress}:${port}`;
    this.registerOutputs({ url: this.url });
  }
}

/** A proxy that connects to the instances' own addresses: a load balancer that only passes packets
 * on would send them to an address that a unikernel does not take for its own. */
function balance(
  name: string,
  group: pulumi.Output<string>,
  healthCheck: computeHealth.HealthCheck,
  port: pulumi.Output<number>,
  { project, parent }: { project: pulumi.Input<string> | undefined; parent: pulumi.Resource },
) {
  const { BackendService } = fromPeer<typeof computeBackend>(
    "@pulumi/gcp",
    "compute/backendService.js",
  );
  const { TargetTCPProxy } = fromPeer<typeof computeProxy>(
    "@pulumi/gcp",
    "compute/targetTCPProxy.js",
  );
  const { GlobalForwardingRule } = fromPeer<typeof computeRule>(
    "@pulumi/gcp",
    "compute/globalForwardingRule.js",
  );
  const backend = new BackendService(
    name,
    {
      protocol: "TCP",
      loadBalancingScheme: "EXTERNAL",
      portName: PORT_NAME,
      healthChecks: healthCheck.id,
      connectionDrainingTimeoutSec: DRAIN_SECONDS,
      backends: [{ group, balancingMode: "UTILIZATION" }],
      project,
    },
    { parent },
  );
  const proxy = new TargetTCPProxy(name, { backendService: backend.id, project }, { parent });
  return new GlobalForwardingRule(
    name,
    {
      target: proxy.id,
      loadBalancingScheme: "EXTERNAL",
      ipProtocol: "TCP",
      portRange: port.apply(String),
      project,
    },
    { parent },
  );
}
