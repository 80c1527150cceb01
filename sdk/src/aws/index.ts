// `pulumi-unikernel/aws`: what `@pulumi/aws` lacks to run unikernels.
export { Snapshot, type SnapshotArgs } from "./snapshot.ts";
export type { AssumeRole, AssumeRoleArgs } from "./types.ts";
