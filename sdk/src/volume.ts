// The resource `unikernel:index:Volume`.
import * as pulumi from "@pulumi/pulumi";
import { isResourceOfType, properties } from "./properties.ts";
import type { GuestDriverArgs } from "./types.ts";

const TYPE = "unikernel:index:Volume";

export interface VolumeArgs {
  /** How large the disk is, e.g. "64MiB". It can grow in place, and never shrinks. */
  readonly size: pulumi.Input<string>;
  /** Whose guests can have it: "qemu" (the default), "sandbox", or a libvirt host, in whose storage
   * pool it then is. Another driver replaces the volume. */
  readonly driver?: pulumi.Input<"qemu" | "libvirt" | "sandbox" | GuestDriverArgs> | undefined;
  /** "raw", the usual one of local volumes, or "qcow2", the usual one under libvirt. Another format
   * replaces the volume. */
  readonly format?: pulumi.Input<"raw" | "qcow2"> | undefined;
  /** Whether the volume cannot be deleted or replaced: true unless it is turned off, in an update
   * before. */
  readonly deletionProtection?: pulumi.Input<boolean> | undefined;
  /** What it starts from: another Volume or its id, or the path of a file (with a slash; .qcow2 or
   * else raw). Another source replaces the volume. */
  readonly source?: Volume | pulumi.Input<string> | undefined;
}

/**
 * A disk whose files survive the guests that use it.
 *
 * ```ts
 * const data = new unikernel.Volume("data", { size: "64MiB" });
 * const web = new unikernel.Guest("web", {
 *   image,
 *   volumes: [{ volume: data, path: "/data" }],
 * });
 * ```
 */
export class Volume extends pulumi.CustomResource {
  declare readonly size: pulumi.Output<string>;
  declare readonly driver: pulumi.Output<string | pulumi.Unwrap<GuestDriverArgs>>;
  declare readonly format: pulumi.Output<string>;
  declare readonly deletionProtection: pulumi.Output<boolean>;
  declare readonly source: pulumi.Output<string | undefined>;
  /** The size in bytes. */
  declare readonly sizeBytes: pulumi.Output<number>;
  /** What it took up of the host's disk when it was last looked at. */
  declare readonly usedBytes: pulumi.Output<number>;

  constructor(name: string, args: VolumeArgs, options?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, source: sourceOf(args.source) };
    super(TYPE, name, properties(OUTPUTS, inputs, options), options ?? {});
  }

  /** A volume that exists, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): Volume {
    return new Volume(name, {} as VolumeArgs, { ...options, id });
  }

  /** Whether a value is a Volume, also when another copy of this package made it. */
  static override isInstance(value: unknown): value is Volume {
    return isResourceOfType(value, TYPE);
  }
}

function sourceOf(source: VolumeArgs["source"]): pulumi.Input<string> | undefined {
  return Volume.isInstance(source) ? source.id : source;
}

const OUTPUTS = [
  "size",
  "driver",
  "format",
  "deletionProtection",
  "source",
  "sizeBytes",
  "usedBytes",
] as const satisfies readonly (keyof Volume)[];
