// The resource `unikernel:index:Guest`.
import * as pulumi from "@pulumi/pulumi";
import { digestOf, type Image } from "./image.ts";
import { type JoinedNetwork, networksOf } from "./networks.ts";
import { isResourceOfType, properties } from "./properties.ts";
import type {
  ForwardedPort,
  GuestDriverArgs,
  GuestNetworkArgs,
  GuestPortArgs,
  GuestVolumeArgs,
  HealthCheckArgs,
  RestartPolicyArgs,
} from "./types.ts";
import { type AttachedVolume, volumesOf } from "./volumes.ts";

const TYPE = "unikernel:index:Guest";

export interface GuestArgs {
  /** What to boot: an Image, or the digest of one. A changed digest replaces the guest. */
  readonly image: Image | pulumi.Input<string>;
  /** What starts and watches the guest: "qemu" (the default), a libvirt host, see `libvirt()`, or
   * "sandbox" for images of the platform "linux". Another driver replaces the guest, which is
   * removed first. */
  readonly driver?: pulumi.Input<"qemu" | "libvirt" | "sandbox" | GuestDriverArgs> | undefined;
  /** Memory, e.g. "32MiB" (the default). */
  readonly memory?: pulumi.Input<string> | undefined;
  /** Number of virtual processors: 1. */
  readonly cpus?: pulumi.Input<number> | undefined;
  /** Ports of the host that lead to the guest. */
  readonly ports?: pulumi.Input<readonly pulumi.Input<GuestPortArgs>[]> | undefined;
  /** Environment variables. A changed one restarts the guest. Secrets stay secret: they never
   * stand in plain text in the state, on a command line or on disk. */
  readonly env?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Arguments of the application, without its name. */
  readonly args?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** How to find out whether the guest works. A guest that never becomes healthy fails the update. */
  readonly healthCheck?: pulumi.Input<HealthCheckArgs> | undefined;
  /** "auto" (the default) measures whether KVM is faster here; "kvm" and "tcg" insist. */
  readonly accelerator?: pulumi.Input<"auto" | "kvm" | "tcg"> | undefined;
  /** Volumes that the guest has, of the same driver; the image needs the library "volumes". They
   * survive the guest. When it is replaced it is stopped before its successor starts, and started
   * again when the successor fails. */
  readonly volumes?: pulumi.Input<readonly AttachedVolume[]> | undefined;
  /** Networks that the guest is in, beside what leads to its ports: guests there reach each other
   * by name, e.g. `[backend]` or `[{ network: backend, name: "db" }]`. Others restart the guest. */
  readonly networks?: pulumi.Input<readonly JoinedNetwork[]> | undefined;
  /** How long the guest is given to end when it is stopped, restarted or replaced, e.g. "10s" (the
   * default): it is sent SIGTERM, and killed when the time is up. "0s" kills it at once. */
  readonly shutdownTimeout?: pulumi.Input<string> | undefined;
  /** Whether a guest that has ended is started again, also when no Pulumi runs: "no" (the
   * default), "on-failure" or "always". */
  readonly restart?: pulumi.Input<"no" | "on-failure" | "always" | RestartPolicyArgs> | undefined;
}

/**
 * A running image.
 *
 * ```ts
 * const web = new unikernel.Guest("web", {
 *   image,
 *   memory: "32MiB",
 *   ports: [{ host: 8080, guest: 80 }],
 *   healthCheck: { http: "/healthz" },
 * });
 * export const url = web.url;
 * ```
 */
export class Guest extends pulumi.CustomResource {
  /** The digest of the image that runs. */
  declare readonly image: pulumi.Output<string>;
  declare readonly driver: pulumi.Output<string | pulumi.Unwrap<GuestDriverArgs>>;
  declare readonly memory: pulumi.Output<string>;
  declare readonly cpus: pulumi.Output<number>;
  /** The ports that are really forwarded. */
  declare readonly ports: pulumi.Output<readonly ForwardedPort[]>;
  declare readonly env: pulumi.Output<Readonly<Record<string, string>>>;
  declare readonly args: pulumi.Output<readonly string[]>;
  declare readonly healthCheck: pulumi.Output<pulumi.Unwrap<HealthCheckArgs> | undefined>;
  declare readonly accelerator: pulumi.Output<string>;
  declare readonly volumes: pulumi.Output<readonly pulumi.Unwrap<GuestVolumeArgs>[] | undefined>;
  declare readonly networks: pulumi.Output<readonly pulumi.Unwrap<GuestNetworkArgs>[] | undefined>;
  /** The guest's addresses by the names of its networks; absent without any. They stay through
   * restarts; a successor has others, unless the program gives them. */
  declare readonly addresses: pulumi.Output<Readonly<Record<string, string>> | undefined>;
  /** Where the first forwarded TCP port answers, e.g. "http://127.0.0.1:8080"; absent without one. */
  declare readonly url: pulumi.Output<string | undefined>;
  /** The host's address on which the first port listens; absent without ports. */
  declare readonly address: pulumi.Output<string | undefined>;
  /** From the start of the guest's process to its first sign of life: console output or a passed
   * health check; absent for a guest that was imported. */
  declare readonly bootTimeMs: pulumi.Output<number | undefined>;
  /** From the start of the guest's process to the first successful HTTP answer; only with an http
   * health check. */
  declare readonly firstResponseMs: pulumi.Output<number | undefined>;
  /** The file on the host to which the guest's console is written. */
  declare readonly consoleLog: pulumi.Output<string>;
  declare readonly shutdownTimeout: pulumi.Output<string>;
  declare readonly restart: pulumi.Output<string | pulumi.Unwrap<RestartPolicyArgs>>;
  /** How often the guest has been started again by itself; `pulumi refresh` finds out. */
  declare readonly restarts: pulumi.Output<number>;

  constructor(name: string, args: GuestArgs, options?: pulumi.CustomResourceOptions) {
    const inputs = {
      ...args,
      image: digestOf(args.image),
      volumes: volumesOf(args.volumes),
      networks: networksOf(args.networks),
    };
    super(TYPE, name, properties(OUTPUTS, inputs, options), options ?? {});
  }

  /** A guest that exists, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): Guest {
    return new Guest(name, {} as GuestArgs, { ...options, id });
  }

  /** Whether a value is a Guest, also when another copy of this package made it. */
  static override isInstance(value: unknown): value is Guest {
    return isResourceOfType(value, TYPE);
  }
}

const OUTPUTS = [
  "image",
  "driver",
  "memory",
  "cpus",
  "ports",
  "env",
  "args",
  "healthCheck",
  "accelerator",
  "volumes",
  "networks",
  "addresses",
  "url",
  "address",
  "bootTimeMs",
  "firstResponseMs",
  "consoleLog",
  "shutdownTimeout",
  "restart",
  "restarts",
] as const satisfies readonly (keyof Guest)[];
