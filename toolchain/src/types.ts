// The vocabulary of a build, shared by the command, the provider and the store.

export type OptionValue = boolean | number | string;
export type Optimize = "speed" | "size" | "debug";
export type Platform = "kvm" | "xen" | "linux";
export type Architecture = "x86_64";

/** What a user asks for. */
export interface ImageRequest {
  /** Absolute path of the application: a directory of C sources, a module in TypeScript or
   * JavaScript, or a static program for Linux. */
  readonly app: string;
  /** The text of a CommonJS module that takes the place of the file `app`. */
  readonly text?: string;
  /** Of a library's own test: the one file in `app` that is the program (apps/library-test.ts). */
  readonly testFile?: string;
  /** Names of micro-libraries, e.g. "lwip". */
  readonly libraries: readonly string[];
  /** Kconfig symbols (without CONFIG_) and their values. */
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly optimize: Optimize;
  readonly platform: Platform;
  readonly architecture: Architecture;
}

/** A library in an image, and the shortest chain why it is there. */
export interface LibraryUse {
  readonly name: string;
  readonly version: string;
  /** E.g. "declared", "platform", "selected by virtio-net, which lwip selects". */
  readonly reason: string;
}

/** A request that has been validated and resolved, but not built. */
export interface ImagePlan {
  readonly request: ImageRequest;
  /** "sha256:HEX" over all that enters the build. */
  readonly sourceHash: string;
  readonly libraries: readonly LibraryUse[];
  /** Every Kconfig symbol's resolved value. */
  readonly configuration: ReadonlyMap<string, string>;
}

/** What is known of a built image; stored beside it and the same on every machine. */
export interface ImageManifest {
  /** "sha256:HEX" of the image's bytes. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly sourceHash: string;
  readonly platform: Platform;
  readonly architecture: Architecture;
  readonly optimize: Optimize;
  readonly libraries: readonly LibraryUse[];
  /** The ELF symbol control arrives at. */
  readonly entrySymbol: string;
  /** Version of this toolchain and of the compiler, to say why two digests differ. */
  readonly toolchain: { readonly version: string; readonly compiler: string };
}

export interface StoredImage {
  readonly manifest: ImageManifest;
  /** The bootable file on this machine. */
  readonly path: string;
  /** The same image with symbols, for crash records and gdb. */
  readonly symbolsPath: string;
}

/** A step of a build that was not spared. */
export interface RunAction {
  readonly kind: "compile" | "archive" | "link" | "fetch" | "wait";
  readonly name: string;
  /** By performance.now(). */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Which inputs differ from the last run; none for fetches and waits. */
  readonly reasons: readonly string[];
}

export interface BuildOptions {
  /** Stops the compiler within a second. */
  readonly signal?: AbortSignal;
  /** One short line per long step ("fetching musl 1.2.5", "compiling 214 files"). */
  readonly onProgress?: (message: string) => void;
  /** What the compiler warns of in the application, with the user's paths. */
  readonly onWarning?: (message: string) => void;
  /** Each step that ran, when it has ended. */
  readonly onAction?: (action: RunAction) => void;
  /** Compilers at a time; default: as many as there are cores. */
  readonly jobs?: number;
}
