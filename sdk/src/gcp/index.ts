// `pulumi-unikernel/gcp`: what `@pulumi/gcp` lacks to run unikernels.
export { DiskObject, type DiskObjectArgs } from "./disk-object.ts";
export { DiskObjectRemoval, type DiskObjectRemovalArgs } from "./disk-object-removal.ts";
export { Instance, type InstanceArgs, type InstancePortArgs } from "./instance.ts";
export { MachineImage, type MachineImageArgs } from "./machine-image.ts";
export { Service, type ServiceArgs } from "./service.ts";
