// The content-addressed directory that stacks and users of one machine share. Nothing in it is
// precious: whatever is missing or damaged is made again. Most of what a store does are look-ups:
// what writes is loaded when it is needed.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../graph/hash.ts";
import { storeDirectory } from "../home.ts";
import type { BuildRecord } from "../record/types.ts";
import type { ImageManifest, StoredImage } from "../types.ts";
import type { ImageFiles } from "./image-files.ts";
import { markUsed } from "./use.ts";

/** Several sources may make one image; each says something else of it. */
export type Build = Pick<ImageManifest, "digest" | "sourceHash">;

export class Store {
  readonly directory: string;
  /** Unfinished files; on the same file system, so that a rename is atomic. */
  readonly temporaryDirectory: string;

  constructor(directory: string) {
    this.directory = directory;
    this.temporaryDirectory = join(directory, "tmp");
  }

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts);
  }

  /** The image with this digest ("sha256:HEX") if it is here and intact; a damaged one is removed. */
  async image(digest: string): Promise<StoredImage | undefined> {
    const directory = this.imageDirectory(digest);
    const path = join(directory, "image.elf");
    try {
      const manifest = JSON.parse(
        readFileSync(join(directory, "manifest.json"), "utf8"),
      ) as ImageManifest;
      if (`sha256:${sha256(readFileSync(path))}` === digest && manifest.digest === digest) {
        markUsed(join(directory, "manifest.json"));
        return { manifest, path, symbolsPath: join(directory, "symbols.elf") };
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT" && !hasFile(directory)) {
        return undefined;
      }
    }
    rmSync(directory, { recursive: true, force: true });
    return undefined;
  }

  /** The image that was built from this sourceHash ("sha256:HEX"), if it is here and intact. */
  async planned(sourceHash: string): Promise<StoredImage | undefined> {
    const manifest = this.#plan(sourceHash);
    if (!manifest) return undefined;
    markUsed(this.#planPath(sourceHash));
    const image = await this.image(manifest.digest);
    // Several sources may give one image: what is said of it belongs to the source asked for.
    return image && { ...image, manifest };
  }

  /**
   * Adds a finished image and the record of its build. The files are moved when on the same file
   * system.
   */
  async addImage(
    manifest: ImageManifest,
    files: ImageFiles,
    record: BuildRecord,
  ): Promise<StoredImage> {
    const directory = this.imageDirectory(manifest.digest);
    const { placeImage, renewImage } = await import("./image-files.ts");
    const { writeAtomically } = await import("./atomic.ts");
    // The same bytes from other sources, e.g. a comment moved lines: the newest symbols win.
    if (await this.image(manifest.digest)) await renewImage(directory, files);
    else await placeImage(directory, files, manifest, this.temporaryDirectory);
    await this.keep(manifest, "record.json", JSON.stringify(record));
    await writeAtomically(
      this.temporaryDirectory,
      this.#planPath(manifest.sourceHash),
      JSON.stringify(manifest),
    );
    const stored = await this.image(manifest.digest);
    if (!stored) throw new Error(`${directory}: the image cannot be read back after writing it`);
    return { ...stored, manifest };
  }

  /** Everything that is kept of an image. */
  imageDirectory(digest: string): string {
    return this.path("images", hexOf(digest));
  }

  /** Where the linker's map of an image is; absent beside images of older toolchains. */
  linkMapPath(digest: string): string {
    return join(this.imageDirectory(digest), "link.map");
  }

  /** Keeps what is said of an image as it was made from certain sources. */
  async keep(build: Build, name: string, content: string): Promise<void> {
    const { writeAtomically } = await import("./atomic.ts");
    await writeAtomically(this.temporaryDirectory, this.#buildPath(build, name), content);
  }

  /** What keep() has kept, if it is here. */
  kept(build: Build, name: string): string | undefined {
    const path = this.#buildPath(build, name);
    try {
      const content = readFileSync(path, "utf8");
      markUsed(path);
      return content;
    } catch {
      return undefined;
    }
  }

  /** The images that are here, intact or not; sorted. */
  digests(): string[] {
    try {
      const names = readdirSync(this.path("images")).filter((name) => /^[0-9a-f]{64}$/.test(name));
      return names.sort().map((name) => `sha256:${name}`);
    } catch {
      return [];
    }
  }

  /** The only image whose digest begins like that. */
  digestOf(prefix: string): string {
    const found = this.digests().filter((digest) => digest.startsWith(prefix));
    const [digest, another] = found;
    if (digest === undefined) {
      throw new Error(
        `${prefix}: the store has no image whose digest begins like that; build it here with \`unikernel build DIR\``,
      );
    }
    if (another !== undefined) {
      throw new Error(
        `${prefix}: ${found.length} images begin like that:\n${found.map((each) => `  ${each}`).join("\n")}`,
      );
    }
    return digest;
  }

  /** Of which sources (sourceHash) an image was built while something was kept of it; sorted. */
  builds(digest: string): string[] {
    try {
      return readdirSync(join(this.imageDirectory(digest), "builds"))
        .filter((name) => /^[0-9a-f]{64}$/.test(name))
        .sort()
        .map((name) => `sha256:${name}`);
    } catch {
      return [];
    }
  }

  /** Runs `work` as the only process that does the work of this name. */
  async lock<Result>(
    name: string,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
    onWait?: () => void,
  ): Promise<Result> {
    const { withLock } = await import("./lock.ts");
    return withLock(this.path("locks", name), signal, work, onWait);
  }

  /** Forgets an image, e.g. to make room. Images that guests run must not be removed. */
  async removeImage(digest: string): Promise<void> {
    rmSync(this.imageDirectory(digest), { recursive: true, force: true });
  }

  #buildPath({ digest, sourceHash }: Build, name: string): string {
    return join(this.imageDirectory(digest), "builds", hexOf(sourceHash), name);
  }

  /** What was written down for this sourceHash, unless it is damaged. */
  #plan(sourceHash: string): ImageManifest | undefined {
    try {
      const text = readFileSync(this.#planPath(sourceHash), "utf8");
      const manifest = JSON.parse(text) as ImageManifest | null;
      return digestForm.test(manifest?.digest ?? "") ? (manifest as ImageManifest) : undefined;
    } catch {
      return undefined;
    }
  }

  #planPath(sourceHash: string): string {
    return this.path("plans", `${hexOf(sourceHash)}.json`);
  }
}

/** Opens a store; the default one is `store` in $UNIKERNEL_HOME. */
export function openStore(directory: string = storeDirectory()): Store {
  mkdirSync(directory, { recursive: true });
  return new Store(directory);
}

const digestForm = /^sha256:([0-9a-f]{64})$/;

function hexOf(name: string): string {
  const hex = digestForm.exec(name)?.[1];
  if (!hex) throw new Error(`"${name}" is not of the form sha256:HEX`);
  return hex;
}

function hasFile(directory: string): boolean {
  try {
    readFileSync(join(directory, "manifest.json"));
    return true;
  } catch {
    return false;
  }
}
