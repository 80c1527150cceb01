// What an Image needs of the toolchain; behind an interface, so that its tests need no compiler.
import type {
  BuildOptions,
  ImagePlan,
  ImageRequest,
  StoredImage,
} from "@pulumi-unikernel/toolchain";

export interface ImageToolchain {
  /** Throws a ProblemsError that names every problem. */
  plan(request: ImageRequest): Promise<ImagePlan>;
  build(plan: ImagePlan, options: BuildOptions): Promise<StoredImage>;
  /** The image with this digest, if this machine's store has it intact. */
  stored(digest: string): Promise<StoredImage | undefined>;
  /** The image that was built from this sourceHash, if the store has it. */
  planned(sourceHash: string): Promise<StoredImage | undefined>;
}

/** The real one; its modules are loaded at first use. */
export const toolchain: ImageToolchain = {
  plan: async (request) => (await import("@pulumi-unikernel/toolchain")).planImage(request),
  build: async (plan, options) =>
    (await import("@pulumi-unikernel/toolchain")).buildImage(plan, options),
  stored: async (digest) => (await import("@pulumi-unikernel/toolchain")).openStore().image(digest),
  planned: async (sourceHash) =>
    (await import("@pulumi-unikernel/toolchain")).openStore().planned(sourceHash),
};
