// An image's files in the store: all of them appear at once.
import { copyFile, link, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageManifest } from "../types.ts";
import { publish, withTemporary } from "./atomic.ts";

/** What a link leaves, by path. */
export interface ImageFiles {
  readonly image: string;
  readonly symbols: string;
  readonly linkMap: string;
}

/** The files are moved when on the same file system. */
export async function placeImage(
  directory: string,
  files: ImageFiles,
  manifest: ImageManifest,
  temporaryDirectory: string,
): Promise<void> {
  await withTemporary(temporaryDirectory, "image", async (temporary) => {
    await mkdir(temporary);
    await linkOrCopy(files.image, join(temporary, "image.elf"));
    await linkOrCopy(files.symbols, join(temporary, "symbols.elf"));
    await linkOrCopy(files.linkMap, join(temporary, "link.map"));
    await writeFile(join(temporary, "manifest.json"), JSON.stringify(manifest, undefined, 2));
    await publish(temporary, directory);
  });
}

/** Replaces what tells about an image that is there. */
export async function renewImage(directory: string, files: ImageFiles): Promise<void> {
  await publish(files.symbols, join(directory, "symbols.elf"));
  await publish(files.linkMap, join(directory, "link.map"));
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to);
  }
}
