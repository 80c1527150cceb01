// The disk of a fixture's image, as it is and after an edit of one line.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildImage,
  diskImage,
  ensureEfiStub,
  openStore,
  planImage,
  type SparseDisk,
} from "@pulumi-unikernel/toolchain";
import { imageRequest } from "../support/images.ts";
import { cacheDirectory } from "../support/paths.ts";

const GIBIBYTE = 2 ** 30;

export interface DiskParts {
  readonly stub: Buffer;
  readonly kernel: Buffer;
  readonly sizeBytes: number;
}

export async function diskParts(app?: string): Promise<DiskParts> {
  const store = openStore();
  const request = imageRequest("http", app === undefined ? {} : { app });
  const image = await buildImage(await planImage(request), store);
  const kernel = readFileSync(image.path);
  return { stub: await ensureEfiStub(store), kernel, sizeBytes: GIBIBYTE };
}

/** The HTTP server's disk, and the one after a line of the server was edited. */
export async function disksAroundAnEdit(): Promise<{ before: SparseDisk; after: SparseDisk }> {
  const edited = join(cacheDirectory(), "edited-http");
  cpSync(imageRequest("http").app, edited, { recursive: true });
  const file = join(edited, "main.c");
  const text = readFileSync(file, "utf8");
  const changed = text.replace("this guest", "that guest, edited");
  if (changed === text) throw new Error("the fixture has no line to edit");
  writeFileSync(file, changed);
  return {
    before: diskImage(await diskParts()),
    after: diskImage(await diskParts(edited)),
  };
}
