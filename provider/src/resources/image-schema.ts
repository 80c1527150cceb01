// What users and SDK generators read of `unikernel:index:Image`.

export const IMAGE_TOKEN = "unikernel:index:Image";
const LIBRARY_TYPE = "unikernel:index:LinkedLibrary";
const TOOLCHAIN_TYPE = "unikernel:index:Toolchain";

const optimize = {
  type: "string",
  description:
    'What the compiler optimizes for: "speed" (with link-time optimization), "size" or "debug".',
  default: "speed",
};
const platform = {
  type: "string",
  description:
    'What the image runs on: "kvm" (QEMU with or without KVM, Firecracker, Cloud Hypervisor), "xen" (a PVH guest of Xen) or "linux" (a sandboxed process).',
  default: "kvm",
};
const architecture = {
  type: "string",
  description: "The processor architecture of the image.",
  default: "x86_64",
};
const buildOnPreview = {
  type: "boolean",
  description:
    "Whether `pulumi preview` builds the image, so that it can show the new digest and whether anything downstream changes.",
  default: true,
};
const options = {
  type: "object",
  additionalProperties: {
    oneOf: [{ type: "string" }, { type: "number" }, { type: "boolean" }],
  },
  description:
    "Kconfig symbols without `CONFIG_` and their values. What is not named here has its default.",
};
const app = {
  oneOf: [{ type: "string" }, { $ref: "pulumi.json#/Asset" }],
  description:
    "The application: the directory of its C sources, the module that exports its handler of requests (.ts, .js), a static program for Linux, or a kernel that is built already; a path relative to the Pulumi program, an absolute path, a FileArchive or FileAsset of it, or a StringAsset of a CommonJS module's text.",
};

export const imageSchema = {
  description:
    "An application compiled with only the operating-system libraries it needs, as one bootable file. The file is in this machine's store; the digest names it everywhere.",
  inputProperties: {
    app,
    libraries: {
      type: "array",
      items: { type: "string" },
      description:
        "Micro-libraries the application uses. Everything that they need selects itself.",
    },
    options,
    optimize,
    platform,
    architecture,
    buildOnPreview,
  },
  requiredInputs: ["app"],
  properties: {
    app,
    libraries: {
      type: "array",
      items: { type: "object", $ref: `#/types/${LIBRARY_TYPE}` },
      description: "Every library in the image, its version and why it is there.",
    },
    options,
    optimize,
    platform,
    architecture,
    buildOnPreview,
    sourceHash: {
      type: "string",
      description:
        'SHA-256 over all that enters the build: the application\'s files, the resolved configuration, the libraries, the compiler and its flags. Known without building. `ignoreChanges: ["sourceHash"]` keeps the image that is there.',
    },
    digest: {
      type: "string",
      description: "`sha256:` and the SHA-256 of the image's bytes, the same on every machine.",
    },
    sizeBytes: { type: "integer", description: "Size of the image." },
    entrySymbol: { type: "string", description: "The symbol at which the image is entered." },
    toolchain: {
      type: "object",
      $ref: `#/types/${TOOLCHAIN_TYPE}`,
      description: "What built the image.",
    },
  },
  required: [
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
  ],
};

export const imageTypes = {
  [LIBRARY_TYPE]: {
    type: "object",
    description: "A library in an image.",
    properties: {
      name: { type: "string", description: "The library's name." },
      version: { type: "string", description: "The library's version." },
      reason: {
        type: "string",
        description:
          'Why it is in the image, e.g. "declared" or "selected by virtio-net, which lwip selects".',
      },
    },
    required: ["name", "version", "reason"],
  },
  [TOOLCHAIN_TYPE]: {
    type: "object",
    description: "The versions that tell why two digests differ.",
    properties: {
      version: { type: "string", description: "Version of the unikernel toolchain." },
      compiler: { type: "string", description: "The compiler and its version." },
    },
    required: ["version", "compiler"],
  },
};
