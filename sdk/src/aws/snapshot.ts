// The resource `unikernel:aws:Snapshot`.
import * as pulumi from "@pulumi/pulumi";
import { digestOf, type Image } from "../image.ts";
import { isResourceOfType, properties } from "../properties.ts";
import type { AssumeRole, AssumeRoleArgs } from "./types.ts";

const TYPE = "unikernel:aws:Snapshot";

export interface SnapshotArgs {
  /** The image that the disk starts, or its digest. A changed digest replaces the snapshot. */
  readonly image: Image | pulumi.Input<string>;
  /** Size of the disk in whole GiB (default: "1GiB"). Only what holds data is sent. */
  readonly size?: pulumi.Input<string> | undefined;
  /** Tags of the snapshot, beside the provider's own, which begin with `unikernel:`. */
  readonly tags?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** The region; default: `aws:region` of the stack's configuration, then that of the environment
   * or the shared configuration. */
  readonly region?: pulumi.Input<string> | undefined;
  /** A profile of the shared configuration; default: `aws:profile`. */
  readonly profile?: pulumi.Input<string> | undefined;
  /** An address instead of Amazon's own, for EC2 and EBS direct alike; default: `ec2` of the first
   * of `aws:endpoints`. */
  readonly endpoint?: pulumi.Input<string> | undefined;
  /** A role to take on; default: the first of `aws:assumeRoles`, or `aws:assumeRole`. */
  readonly assumeRole?: pulumi.Input<AssumeRoleArgs> | undefined;
}

/**
 * An EBS snapshot of a disk that starts an image through UEFI. Only blocks with data are sent, and
 * of these only the ones that the previous snapshot of this resource does not have.
 *
 * ```ts
 * const snapshot = new aws.Snapshot("web", { image });
 * ```
 */
export class Snapshot extends pulumi.CustomResource {
  /** The digest of the image. */
  declare readonly image: pulumi.Output<string>;
  declare readonly size: pulumi.Output<string>;
  declare readonly tags: pulumi.Output<Readonly<Record<string, string>>>;
  declare readonly region: pulumi.Output<string | undefined>;
  declare readonly profile: pulumi.Output<string | undefined>;
  declare readonly endpoint: pulumi.Output<string | undefined>;
  declare readonly assumeRole: pulumi.Output<AssumeRole | undefined>;
  /** The snapshot's id, e.g. `snap-0123456789abcdef0`. */
  declare readonly snapshotId: pulumi.Output<string>;
  /** `sha256:` and a hash over the disk's size and its blocks with data. */
  declare readonly diskDigest: pulumi.Output<string>;
  /** Size of the smallest volume made from it, in GiB. */
  declare readonly volumeSize: pulumi.Output<number>;
  /** Blocks of 512 KiB that hold data. */
  declare readonly blockCount: pulumi.Output<number>;
  /** Whether all of it has arrived; an upload that was cut short goes on with the next `up`. */
  declare readonly complete: pulumi.Output<boolean>;

  constructor(name: string, args: SnapshotArgs, options?: pulumi.CustomResourceOptions) {
    const account = options?.id === undefined ? accountOfStack() : {};
    const inputs = { ...account, ...withoutUndefined(args), image: digestOf(args.image) };
    super(TYPE, name, properties(OUTPUTS, inputs, options), options ?? {});
  }

  /** A snapshot that exists, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): Snapshot {
    return new Snapshot(name, {} as SnapshotArgs, { ...options, id });
  }

  /** Whether a value is a Snapshot, also when another copy of this package made it. */
  static override isInstance(value: unknown): value is Snapshot {
    return isResourceOfType(value, TYPE);
  }
}

/** What `@pulumi/aws` would go by in this stack. */
function accountOfStack(): pulumi.Inputs {
  const config = new pulumi.Config("aws");
  const roles = config.getObject<readonly AssumeRole[]>("assumeRoles");
  const endpoints = config.getObject<readonly { readonly ec2?: string }[]>("endpoints");
  return withoutUndefined({
    region: config.get("region"),
    profile: config.get("profile"),
    endpoint: endpoints?.[0]?.ec2,
    assumeRole: roleOf(roles?.[0] ?? config.getObject<AssumeRole>("assumeRole")),
  });
}

/** `@pulumi/aws` knows more of a role than is used here. */
function roleOf(role: AssumeRole | undefined): AssumeRole | undefined {
  if (role === undefined) return undefined;
  const { roleArn, sessionName, externalId } = role;
  return withoutUndefined({ roleArn, sessionName, externalId }) as unknown as AssumeRole;
}

function withoutUndefined(inputs: object): pulumi.Inputs {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}

const OUTPUTS = [
  "image",
  "size",
  "tags",
  "region",
  "profile",
  "endpoint",
  "assumeRole",
  "snapshotId",
  "diskDigest",
  "volumeSize",
  "blockCount",
  "complete",
] as const satisfies readonly (keyof Snapshot)[];
