// Images that must stay: one file for each owner (a guest, an image of a stack) that says which.
// Two owners of one image have a file each, so that the image stays until both have let it go.
import { readFileSync, rmSync } from "node:fs";
import { sha256 } from "../graph/hash.ts";
import { writeAtomically } from "./atomic.ts";
import { waitForCollection } from "./collection-lock.ts";
import { list, status } from "./disk.ts";
import type { Store } from "./store.ts";

export interface Root {
  /** "sha256:HEX" of the image. */
  readonly digest: string;
  /** Whose image it is; unique on this machine, and for people to read. */
  readonly owner: string;
  /** A path that exists as long as the owner does, for owners that may be gone without a word. */
  readonly while?: string;
}

/** A path that shows that the owner lives may be made only after the image was secured. */
const unprovenMs = 24 * 3600 * 1000;

/**
 * Keeps an image until its owner releases it or keeps another one. An image that is there
 * afterwards stays there; one that was only seen before may have been removed meanwhile.
 */
export async function keepImage(store: Store, root: Root): Promise<void> {
  const path = rootPath(store, root.owner);
  const text = JSON.stringify(root);
  if (readText(path) === text) return;
  await writeAtomically(store.temporaryDirectory, path, text);
  await waitForCollection(store);
}

/** Lets an owner's image go; only if it is `digest` when that is given. */
export function releaseImage(store: Store, owner: string, digest?: string): void {
  const path = rootPath(store, owner);
  if (digest !== undefined && readRoot(path)?.digest !== digest) return;
  rmSync(path, { force: true });
}

/** Every root whose owner is there; the others' files are removed unless `isDryRun`. */
export function liveRoots(store: Store, nowMs: number, isDryRun = false): Root[] {
  const roots: Root[] = [];
  for (const { name } of list(store.path("roots"))) {
    const path = store.path("roots", name);
    const root = readRoot(path);
    if (root && (root.while === undefined || status(root.while) || isYoung(path, nowMs))) {
      roots.push(root);
    } else if (!isDryRun) rmSync(path, { force: true });
  }
  return roots;
}

function rootPath(store: Store, owner: string): string {
  return store.path("roots", `${sha256(owner).slice(0, 32)}.json`);
}

function readRoot(path: string): Root | undefined {
  try {
    const root = JSON.parse(readText(path) ?? "") as Root;
    return /^sha256:[0-9a-f]{64}$/.test(root.digest) ? root : undefined;
  } catch {
    return undefined;
  }
}

function isYoung(path: string, nowMs: number): boolean {
  return nowMs - (status(path)?.mtimeMs ?? 0) < unprovenMs;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
