// Images on a libvirt host: each is there once, named by its digest, for all guests that run it.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Volumes, WriteOptions } from "./volumes.ts";

type UploadOptions = Omit<WriteOptions, "mode">;

const SUFFIX = ".image";

export class Images {
  readonly #volumes: Volumes;
  /** What this process has read back and found whole. */
  readonly #verified = new Set<string>();
  readonly #uploads = new Map<string, Promise<void>>();

  constructor(volumes: Volumes) {
    this.#volumes = volumes;
  }

  /** Uploads an image unless the host has it already; once, whoever else asks for it meanwhile. */
  async ensure(digest: string, file: string, options: UploadOptions = {}): Promise<void> {
    const running = this.#uploads.get(digest);
    if (running !== undefined) return running;
    const upload = this.#ensure(digest, file, options);
    this.#uploads.set(digest, upload);
    try {
      await upload;
    } finally {
      this.#uploads.delete(digest);
    }
  }

  async has(digest: string): Promise<boolean> {
    return (await this.#volumes.path(imageVolume(digest))) !== undefined;
  }

  /** Removes images that no guest names. */
  async collect(used: ReadonlySet<string>): Promise<void> {
    for (const name of await this.#volumes.list()) {
      const digest = digestOfVolume(name);
      if (digest === undefined || used.has(digest)) continue;
      await this.#volumes.remove(name);
      this.#verified.delete(digest);
    }
  }

  async #ensure(digest: string, file: string, options: UploadOptions): Promise<void> {
    if (await this.#isWhole(digest)) return;
    const bytes = await readFile(file);
    if (digestOf(bytes) !== digest) throw new Error(`the image ${file} is not ${digest}`);
    const name = imageVolume(digest);
    // What is longer would stay longer. What is shorter may be another provider's upload of the
    // same bytes, which must not be taken away from it.
    if (((await this.#volumes.sizeBytes(name)) ?? 0) > bytes.length) {
      await this.#volumes.remove(name);
    }
    await this.#volumes.writeOver(name, bytes, { mode: "0644", ...options });
    this.#verified.add(digest);
  }

  /** An upload that was cut short is found out, as is a disk that lost something. */
  async #isWhole(digest: string): Promise<boolean> {
    if (this.#verified.has(digest) && (await this.has(digest))) return true;
    const bytes = await this.#volumes.read(imageVolume(digest));
    if (bytes === undefined || digestOf(bytes) !== digest) return false;
    this.#verified.add(digest);
    return true;
  }
}

/** E.g. "sha256-0a1b….image". */
export function imageVolume(digest: string): string {
  return `${digest.replace(":", "-")}${SUFFIX}`;
}

/** The digest of an image at a path, or by its name; undefined for what is no image of ours. */
export function digestOfVolume(path: string): string | undefined {
  const match = /(?:^|\/)sha256-([0-9a-f]{64})\.image$/.exec(path);
  return match === null ? undefined : `sha256:${match[1]}`;
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
