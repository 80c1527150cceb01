// `pulumi-unikernel/aws`: what `@pulumi/aws` lacks to run unikernels.
export { Instance, type InstanceArgs } from "./instance.ts";
export { MachineImage, type MachineImageArgs } from "./machine-image.ts";
export type { InstancePortArgs } from "./ports.ts";
export { Service, type ServiceArgs } from "./service.ts";
export { Snapshot, type SnapshotArgs } from "./snapshot.ts";
export type { AssumeRole, AssumeRoleArgs } from "./types.ts";
