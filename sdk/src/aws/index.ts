// `pulumi-unikernel/aws`: what `@pulumi/aws` lacks to run unikernels.
export { Instance, type InstanceArgs, type InstancePortArgs } from "./instance.ts";
export { MachineImage, type MachineImageArgs } from "./machine-image.ts";
export { Snapshot, type SnapshotArgs } from "./snapshot.ts";
export type { AssumeRole, AssumeRoleArgs } from "./types.ts";
