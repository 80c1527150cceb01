// Infrastructure as code for unikernels: `import * as unikernel from "pulumi-unikernel"`.
export { libvirt } from "./drivers.ts";
export {
  type FunctionArgs,
  type FunctionSettings,
  HandlerFunction as Function,
  type RequestHandler,
} from "./function.ts";
export { Guest, type GuestArgs } from "./guest.ts";
export { Image, type ImageArgs } from "./image.ts";
export { Network, type NetworkArgs } from "./network.ts";
export type { JoinedNetwork } from "./networks.ts";
export { Provider, type ProviderArgs } from "./provider.ts";
export { Service, type ServiceArgs } from "./service.ts";
export type {
  OpenPort,
  RolloutArgs,
  ServiceInstance,
  ServicePortArgs,
  ServiceRevision,
} from "./service-types.ts";
export type {
  ForwardedPort,
  GuestDriverArgs,
  GuestNetworkArgs,
  GuestPortArgs,
  GuestVolumeArgs,
  HealthCheckArgs,
  LinkedLibrary,
  OptionValue,
  RestartPolicyArgs,
  Toolchain,
} from "./types.ts";
export { Volume, type VolumeArgs } from "./volume.ts";
export type { AttachedVolume } from "./volumes.ts";
