// The resource `unikernel:gcp:DiskObjectRemoval`.
import * as pulumi from "@pulumi/pulumi";
import { isResourceOfType, properties } from "../properties.ts";

const TYPE = "unikernel:gcp:DiskObjectRemoval";

export interface DiskObjectRemovalArgs {
  /** The name of the object's bucket. */
  readonly bucket: pulumi.Input<string>;
  /** The object's name. */
  readonly objectName: pulumi.Input<string>;
  /** Which version of it; others stay. */
  readonly generation: pulumi.Input<string>;
  /** The id of what was made of it, which comes first. */
  readonly usedBy: pulumi.Input<string>;
  /** An address instead of Google's own. */
  readonly endpoint?: pulumi.Input<string> | undefined;
}

/** Removes the object of a disk (with `keep: false`) once an image of Compute Engine was made of it,
 * which does not need it any more. A MachineImage with `keepObject: false` has one. */
export class DiskObjectRemoval extends pulumi.CustomResource {
  declare readonly bucket: pulumi.Output<string>;
  declare readonly objectName: pulumi.Output<string>;
  declare readonly generation: pulumi.Output<string>;
  declare readonly usedBy: pulumi.Output<string>;
  declare readonly endpoint: pulumi.Output<string | undefined>;

  constructor(name: string, args: DiskObjectRemovalArgs, options?: pulumi.CustomResourceOptions) {
    super(TYPE, name, properties(OUTPUTS, { ...args }, options), options ?? {});
  }

  /** Whether a value is a DiskObjectRemoval, also when another copy of this package made it. */
  static override isInstance(value: unknown): value is DiskObjectRemoval {
    return isResourceOfType(value, TYPE);
  }
}

const OUTPUTS = [
  "bucket",
  "objectName",
  "generation",
  "usedBy",
  "endpoint",
] as const satisfies readonly (keyof DiskObjectRemoval)[];
