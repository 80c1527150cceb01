// Values of resources for AWS.
import type * as pulumi from "@pulumi/pulumi";

/** A role to take on. */
export interface AssumeRoleArgs {
  /** The role's ARN. */
  readonly roleArn: pulumi.Input<string>;
  /** Names the session; default: "pulumi-unikernel". */
  readonly sessionName?: pulumi.Input<string> | undefined;
  /** What the role's owner asks for, if anything. */
  readonly externalId?: pulumi.Input<string> | undefined;
}

/** A role to take on. */
export interface AssumeRole {
  readonly roleArn: string;
  readonly sessionName?: string;
  readonly externalId?: string;
}
