// The toolchain's public face: from a request to a plan (no building), from a plan to an image.
// Everything here is independent of Pulumi and free of machine-specific values.

export { libraryTestRequest, listLibraryTests } from "./apps/library-test.ts";
export { buildImage } from "./build.ts";
export { ensureCompiler } from "./compiler/ensure.ts";
export { diskImage } from "./disk/disk-image.ts";
export { googleArchive } from "./disk/formats/google-archive.ts";
export { dataBlocks, type SparseDisk } from "./disk/sparse.ts";
export { ensureEfiStub } from "./disk/stub.ts";
export { Pool } from "./graph/pool.ts";
export { bundledLibrariesDirectory, homeDirectory } from "./home.ts";
export { LibraryRegistry } from "./libraries/registry.ts";
export type { PlanOptions } from "./plan.ts";
export { planImage } from "./plan.ts";
export type { Problem, SourceLocation } from "./problems.ts";
export { formatProblem, ProblemsError } from "./problems.ts";
export { keepImage, releaseImage } from "./store/roots.ts";
export type { Store } from "./store/store.ts";
export { openStore } from "./store/store.ts";
export { ensureSwitch } from "./switch/build.ts";
export { ensureGateway, ensureSupervisor, ensureTender } from "./tender/build.ts";
export type { TenderCommand, TenderForward } from "./tender/command-line.ts";
export { forwardText, parseForward, tenderArguments } from "./tender/command-line.ts";
export type { GatewayPort } from "./tender/gateway.ts";
export { chooseGatewayPorts, gatewayCommand, gatewayNetwork } from "./tender/gateway.ts";
export type {
  Architecture,
  BuildOptions,
  ImageManifest,
  ImagePlan,
  ImageRequest,
  LibraryUse,
  Optimize,
  OptionValue,
  Platform,
  RunAction,
  StoredImage,
} from "./types.ts";
