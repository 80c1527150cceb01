// Finds the debug information of the image that a crash record is of: by its build id, since the
// record itself does not know the digest.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openStore, type Store } from "@pulumi-unikernel/toolchain";
import { buildIdOf } from "./build-id.ts";
import { type DebugInformation, readDebugInformation } from "./debug-information.ts";

export interface CrashImage {
  /** Its digest, or the file that was named. */
  readonly name: string;
  readonly build: string | undefined;
  /** The file with symbols. */
  readonly path: string;
  readonly elf: Buffer;
}

export function informationOf({ elf }: CrashImage): DebugInformation {
  return readDebugInformation(elf);
}

/** Undefined when the file is not there; the build id is when it is not an image of ours. */
export async function readImage(name: string, path: string): Promise<CrashImage | undefined> {
  const elf = await readFile(path).catch(() => undefined);
  if (elf === undefined) return undefined;
  let build: string | undefined;
  try {
    build = buildIdOf(elf);
  } catch {
    build = undefined;
  }
  return { name, build, path, elf };
}

export function symbolsPath(store: Store, digest: string): string {
  return join(store.imageDirectory(digest), "symbols.elf");
}

/** The image of this machine's store with this build id; those that are named first. */
export async function imageOfBuild(
  build: string,
  first: readonly string[] = [],
  store: Store = openStore(),
): Promise<CrashImage | undefined> {
  for (const digest of new Set([...first, ...store.digests()])) {
    const image = await readImage(digest, symbolsPath(store, digest));
    if (image?.build === build) return image;
  }
  return undefined;
}
