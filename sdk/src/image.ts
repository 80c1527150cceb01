// The resource `unikernel:index:Image`.
import * as pulumi from "@pulumi/pulumi";
import { isResourceOfType, properties } from "./properties.ts";
import type { LinkedLibrary, OptionValue, Toolchain } from "./types.ts";

const TYPE = "unikernel:index:Image";

export interface ImageArgs {
  /** The application: the directory of its C sources, the module that exports its handler of
   * requests (.ts, .js), a static program for Linux, or a kernel that is built already; a path
   * relative to the Pulumi program, an absolute path, a FileArchive or FileAsset of it, or a
   * StringAsset of a CommonJS module's text. */
  readonly app: pulumi.Input<string | pulumi.asset.Archive | pulumi.asset.Asset>;
  /** Micro-libraries the application uses. Everything that they need selects itself. */
  readonly libraries?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Kconfig symbols without `CONFIG_` and their values, e.g. `{ LWIP_TCP_WND: 65535 }`. What is
   * not named here has its default. */
  readonly options?: pulumi.Input<Readonly<Record<string, pulumi.Input<OptionValue>>>> | undefined;
  /** What the compiler optimizes for: "speed" (the default, with link-time optimization), "size"
   * or "debug". */
  readonly optimize?: pulumi.Input<"speed" | "size" | "debug"> | undefined;
  /** What the image runs on: "kvm" (the default), which is also what QEMU without KVM, Firecracker
   * and Cloud Hypervisor boot; "xen": a PVH guest of Xen; or "linux": a sandboxed process, for the
   * driver "sandbox". */
  readonly platform?: pulumi.Input<"kvm" | "xen" | "linux"> | undefined;
  /** The processor architecture of the image. */
  readonly architecture?: pulumi.Input<"x86_64"> | undefined;
  /** Whether `pulumi preview` builds the image (the default), so that it can show the new digest
   * and whether anything downstream changes. */
  readonly buildOnPreview?: pulumi.Input<boolean> | undefined;
}

/**
 * An application compiled with only the operating-system libraries it needs, as one bootable file.
 * The file is in this machine's store; the digest names it everywhere.
 *
 * ```ts
 * const image = new unikernel.Image("web", { app: "./app", libraries: ["lwip", "httpd"] });
 * ```
 */
export class Image extends pulumi.CustomResource {
  /** The application, as given. */
  declare readonly app: pulumi.Output<string | pulumi.asset.Archive | pulumi.asset.Asset>;
  /** Every library in the image, its version and why it is there. */
  declare readonly libraries: pulumi.Output<readonly LinkedLibrary[]>;
  declare readonly options: pulumi.Output<Readonly<Record<string, OptionValue>>>;
  declare readonly optimize: pulumi.Output<string>;
  declare readonly platform: pulumi.Output<string>;
  declare readonly architecture: pulumi.Output<string>;
  declare readonly buildOnPreview: pulumi.Output<boolean>;
  /** SHA-256 over all that enters the build, known without building. With
   * `ignoreChanges: ["sourceHash"]` an image stays as it is. */
  declare readonly sourceHash: pulumi.Output<string>;
  /** `sha256:` and the SHA-256 of the image's bytes, the same on every machine. */
  declare readonly digest: pulumi.Output<string>;
  /** Size of the image. */
  declare readonly sizeBytes: pulumi.Output<number>;
  /** The symbol at which the image is entered. */
  declare readonly entrySymbol: pulumi.Output<string>;
  /** What built the image. */
  declare readonly toolchain: pulumi.Output<Toolchain>;

  constructor(name: string, args: ImageArgs, options?: pulumi.CustomResourceOptions) {
    super(TYPE, name, properties(OUTPUTS, { ...args }, options), options ?? {});
  }

  /** An image that exists in this machine's store, by its digest. */
  static get(
    name: string,
    digest: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): Image {
    return new Image(name, {} as ImageArgs, { ...options, id: digest });
  }

  /** Whether a value is an Image, also when another copy of this package made it. */
  static override isInstance(value: unknown): value is Image {
    return isResourceOfType(value, TYPE);
  }
}

const OUTPUTS = [
  "app",
  "libraries",
  "options",
  "optimize",
  "platform",
  "architecture",
  "buildOnPreview",
  "sourceHash",
  "digest",
  "sizeBytes",
  "entrySymbol",
  "toolchain",
] as const satisfies readonly (keyof Image)[];

/** What a resource that takes an image is told. */
export function digestOf(
  image: Image | pulumi.Input<string> | undefined,
): pulumi.Input<string> | undefined {
  return Image.isInstance(image) ? image.digest : image;
}
