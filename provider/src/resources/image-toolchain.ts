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
  /** Keeps an image in the store as long as its owner wants it and `directory` exists. */
  keep(owner: string, digest: string, directory: string): Promise<void>;
  /** Lets an image go, if it is this one that its owner keeps. */
  release(owner: string, digest: string): Promise<void>;
}

const load = () => import("@pulumi-unikernel/toolchain");

/** The real one; its modules are loaded at first use. */
export const toolchain: ImageToolchain = {
  plan: async (request) => (await load()).planImage(request),
  async build(plan, options) {
    const { buildImage, openStore } = await load();
    return buildImage(plan, openStore(), options);
  },
  stored: async (digest) => (await load()).openStore().image(digest),
  planned: async (sourceHash) => (await load()).openStore().planned(sourceHash),
  async keep(owner, digest, directory) {
    const { keepImage, openStore } = await load();
    await keepImage(openStore(), { digest, owner, while: directory });
  },
  async release(owner, digest) {
    const { openStore, releaseImage } = await load();
    releaseImage(openStore(), owner, digest);
  },
};
