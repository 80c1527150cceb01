// For tests: a toolchain without a compiler. An image's digest depends on its sources with comments
// removed, so that a test can change sources with and without changing the image.
import { createHash } from "node:crypto";
import { type ImageManifest, type Problem, ProblemsError } from "@pulumi-unikernel/toolchain";
import type { ImageToolchain } from "./image-toolchain.ts";
import type { CallContext } from "./resource.ts";

export const URN = "urn:pulumi:dev::project::unikernel:index:Image::web";

function hash(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

export class FakeToolchain implements ImageToolchain {
  /** The only application there is. */
  source = "int main;";
  problems: Problem[] = [];
  version = "1";
  compiler = "clang 1";
  /** Names another image for the same sources, as a broken installation would. */
  salt = "";
  builds = 0;
  readonly images = new Map<string, ImageManifest>();
  readonly plans = new Map<string, ImageManifest>();
  readonly requestedApps: string[] = [];
  /** Digests by owner. */
  readonly kept = new Map<string, string>();

  plan: ImageToolchain["plan"] = async (request) => {
    this.requestedApps.push(request.app);
    if (this.problems.length > 0) throw new ProblemsError(this.problems);
    const { libraries, options, optimize } = request;
    return {
      request,
      sourceHash: hash(JSON.stringify([this.source, libraries, options, optimize])),
      libraries: [
        { name: "plat-kvm", version: "1", reason: "platform" },
        ...libraries.map((name) => ({ name, version: "1", reason: "declared" })),
      ],
      configuration: new Map(),
    };
  };

  readonly build: ImageToolchain["build"] = async (plan, { signal, onProgress }) => {
    signal?.throwIfAborted();
    onProgress?.("compiling 1 file");
    this.builds++;
    const code = this.source.replace(/\/\/.*/g, "");
    const { platform, architecture, optimize } = plan.request;
    const manifest: ImageManifest = {
      digest: hash(code + optimize + this.salt),
      sizeBytes: code.length,
      sourceHash: plan.sourceHash,
      platform,
      architecture,
      optimize,
      libraries: plan.libraries,
      entrySymbol: "start",
      toolchain: { version: this.version, compiler: this.compiler },
    };
    this.images.set(manifest.digest, manifest);
    this.plans.set(plan.sourceHash, manifest);
    return { manifest, path: "/store/image.elf", symbolsPath: "/store/symbols.elf" };
  };

  readonly stored: ImageToolchain["stored"] = async (digest) => {
    const manifest = this.images.get(digest);
    return manifest && { manifest, path: "/store/i", symbolsPath: "/store/s" };
  };

  readonly planned: ImageToolchain["planned"] = async (sourceHash) => {
    const manifest = this.plans.get(sourceHash);
    return manifest && { manifest, path: "/store/i", symbolsPath: "/store/s" };
  };

  readonly keep: ImageToolchain["keep"] = async (owner, digest) => {
    this.kept.set(owner, digest);
  };

  readonly release: ImageToolchain["release"] = async (owner, digest) => {
    if (this.kept.get(owner) === digest) this.kept.delete(owner);
  };

  /** As on a machine that has never built anything. */
  forget(): void {
    this.images.clear();
    this.plans.clear();
  }
}

/** A context that remembers what is said. */
export function listeningContext(): CallContext & { readonly messages: string[] } {
  const messages: string[] = [];
  return {
    signal: new AbortController().signal,
    urn: URN,
    messages,
    status: (message) => messages.push(`status: ${message}`),
    log: (severity, message) => messages.push(`${severity}: ${message}`),
  };
}
