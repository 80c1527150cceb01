// The resource `unikernel:index:Service`.
import * as pulumi from "@pulumi/pulumi";
import { digestOf, type Image } from "./image.ts";
import { isResourceOfType, properties } from "./properties.ts";
import type {
  OpenPort,
  RolloutArgs,
  ServiceInstance,
  ServicePortArgs,
  ServiceRevision,
} from "./service-types.ts";
import type { HealthCheckArgs, RestartPolicyArgs } from "./types.ts";

const TYPE = "unikernel:index:Service";

export interface ServiceArgs {
  /** What all replicas run: an Image, or the digest of one. A changed digest is rolled out. */
  readonly image: Image | pulumi.Input<string>;
  /** Ports of the host at which the service answers. */
  readonly ports: pulumi.Input<readonly pulumi.Input<ServicePortArgs>[]>;
  /** How many replicas serve (2); another number touches no others. */
  readonly replicas?: pulumi.Input<number> | undefined;
  /** What starts and watches the replicas: "qemu" (the default), or "sandbox" for images of the
   * platform "linux". */
  readonly driver?: pulumi.Input<"qemu" | "sandbox"> | undefined;
  /** Memory of each replica, e.g. "32MiB" (the default). */
  readonly memory?: pulumi.Input<string> | undefined;
  /** Environment variables of every replica. */
  readonly env?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** More environment variables, whose values are secret in any case: only names are told. */
  readonly secrets?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Arguments of the application, without its name. */
  readonly args?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** When a new replica is ready. Later it goes on: one that fails gets no more requests. */
  readonly healthCheck?: pulumi.Input<HealthCheckArgs> | undefined;
  /** "auto" (the default) measures whether KVM is faster here; "kvm" and "tcg" insist. */
  readonly accelerator?: pulumi.Input<"auto" | "kvm" | "tcg"> | undefined;
  /** How long a replica is given to end, e.g. "10s" (the default), once its requests have
   * finished. */
  readonly shutdownTimeout?: pulumi.Input<string> | undefined;
  /** Whether a replica that has ended is started again, also when no Pulumi runs: "no" (the
   * default), "on-failure" or "always". */
  readonly restart?: pulumi.Input<"no" | "on-failure" | "always" | RestartPolicyArgs> | undefined;
  /** How replicas are replaced. */
  readonly rollout?: pulumi.Input<RolloutArgs> | undefined;
  /** A revision of the history that is to run, whatever the program says of image and environment:
   * rolling back is this one line. */
  readonly revision?: pulumi.Input<number> | undefined;
  /** How many revisions are remembered, with their images (10). */
  readonly historyLimit?: pulumi.Input<number> | undefined;
}

/**
 * Replicas of one image behind one address. Preview tells which change and why; an update replaces
 * them while the service answers, and turns back when a new one fails.
 *
 * ```ts
 * const web = new unikernel.Service("web", {
 *   image,
 *   replicas: 3,
 *   ports: [{ host: 8080, guest: 80 }],
 *   healthCheck: { http: "/healthz" },
 * });
 * export const url = web.url;
 * ```
 */
export class Service extends pulumi.CustomResource {
  declare readonly image: pulumi.Output<string>;
  declare readonly replicas: pulumi.Output<number>;
  declare readonly driver: pulumi.Output<string>;
  declare readonly memory: pulumi.Output<string>;
  /** The ports at which the service answers. */
  declare readonly ports: pulumi.Output<readonly OpenPort[]>;
  declare readonly env: pulumi.Output<Readonly<Record<string, string>>>;
  declare readonly secrets: pulumi.Output<Readonly<Record<string, string>>>;
  declare readonly args: pulumi.Output<readonly string[]>;
  declare readonly healthCheck: pulumi.Output<pulumi.Unwrap<HealthCheckArgs> | undefined>;
  declare readonly accelerator: pulumi.Output<string>;
  declare readonly shutdownTimeout: pulumi.Output<string>;
  declare readonly restart: pulumi.Output<string | pulumi.Unwrap<RestartPolicyArgs>>;
  declare readonly rollout: pulumi.Output<pulumi.Unwrap<RolloutArgs>>;
  declare readonly revision: pulumi.Output<number | undefined>;
  declare readonly historyLimit: pulumi.Output<number>;
  /** Where the first port answers, e.g. "http://127.0.0.1:8080". */
  declare readonly url: pulumi.Output<string>;
  /** The digest of the image that is in force. */
  declare readonly digest: pulumi.Output<string>;
  /** The revision that is in force. */
  declare readonly currentRevision: pulumi.Output<number>;
  /** The replicas as they are; `pulumi refresh` looks again. */
  declare readonly instances: pulumi.Output<readonly ServiceInstance[]>;
  /** What the last rollout did, and in a preview what the next one will do. */
  declare readonly plan: pulumi.Output<readonly string[]>;
  /** The revisions that were rolled out, the newest last. */
  declare readonly history: pulumi.Output<readonly ServiceRevision[]>;

  constructor(name: string, args: ServiceArgs, options?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, image: digestOf(args.image) };
    super(TYPE, name, properties(OUTPUTS, inputs, options), options ?? {});
  }

  /** A service that exists, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): Service {
    return new Service(name, {} as ServiceArgs, { ...options, id });
  }

  /** Whether a value is a Service, also when another copy of this package made it. */
  static override isInstance(value: unknown): value is Service {
    return isResourceOfType(value, TYPE);
  }
}

const OUTPUTS = [
  "image",
  "replicas",
  "driver",
  "memory",
  "ports",
  "env",
  "secrets",
  "args",
  "healthCheck",
  "accelerator",
  "shutdownTimeout",
  "restart",
  "rollout",
  "revision",
  "historyLimit",
  "url",
  "digest",
  "currentRevision",
  "instances",
  "plan",
  "history",
] as const satisfies readonly (keyof Service)[];
