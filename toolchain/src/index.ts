// The toolchain's public face: from a request to a plan (no building), from a plan to an image.
// Everything here is independent of Pulumi and free of machine-specific values.
export type { Problem, SourceLocation } from "./problems.ts";
export { formatProblem, ProblemsError } from "./problems.ts";
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
  StoredImage,
} from "./types.ts";
