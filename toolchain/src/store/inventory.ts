// What a store holds, entry by entry: what each takes and when it was last used. An entry is what
// is removed as a whole; whatever is missing is made again, so any of them may be.
import { join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { compilerPin } from "../compiler/pin.ts";
import { abandonedAfterMs } from "./atomic.ts";
import { bytesBelow, bytesOf, directoriesIn, isLink, list, status } from "./disk.ts";
import type { Store } from "./store.ts";

export interface Entry {
  /** The directory of the store that it is in, e.g. "images", "objects". */
  readonly kind: string;
  readonly path: string;
  readonly bytes: number;
  readonly usedAtMs: number;
  /** Of an image: "sha256:HEX". */
  readonly digest?: string;
  /** Nobody can use it any more: unfinished or damaged. */
  readonly isWaste?: boolean;
}

type Reader = (directory: string, nowMs: number) => Entry[];

/** Directories whose entries are more than single files. */
const readers: Readonly<Record<string, Reader>> = {
  images: (directory) =>
    directoriesIn(directory).flatMap((name) => imageEntries(join(directory, name), name)),
  sources: (directory) => trees("sources", directory, "content.sha256"),
  generated: (directory) => trees("generated", directory, "."),
  tmp: unfinished,
};

/** They say who uses what, and are no entries themselves. */
const books: ReadonlySet<string> = new Set(["leases", "locks", "roots"]);

/** Everything that a collection may remove. Lets other work proceed now and then. */
export async function inventory(
  store: Store,
  toolsDirectory: string,
  nowMs: number,
): Promise<Entry[]> {
  const entries = otherCompilers(toolsDirectory);
  for (const kind of directoriesIn(store.directory)) {
    if (books.has(kind)) continue;
    await breathe();
    const read = readers[kind];
    if (read) entries.push(...read(store.path(kind), nowMs));
    else await addFiles(entries, kind, store.path(kind));
  }
  return entries;
}

/** An image; what is kept of each of its builds is an entry too, but of the latest. */
function imageEntries(path: string, name: string): Entry[] {
  const manifest = status(join(path, "manifest.json"));
  const builds = directoriesIn(join(path, "builds"))
    .map((build) => recordEntry(join(path, "builds", build)))
    .sort((left, right) => left.usedAtMs - right.usedAtMs);
  const latest = builds.pop();
  const others = builds.reduce((sum, build) => sum + build.bytes, 0);
  const isIntact = manifest !== undefined && /^[0-9a-f]{64}$/.test(name);
  const image: Entry = {
    kind: "images",
    path,
    bytes: bytesBelow(path) - others,
    usedAtMs: Math.max(manifest?.mtimeMs ?? 0, latest?.usedAtMs ?? 0),
    digest: `sha256:${name}`,
    isWaste: !isIntact,
  };
  return isIntact ? [...builds, image] : [{ ...image, bytes: bytesBelow(path) }];
}

function recordEntry(path: string): Entry {
  const times = list(path).map((file) => status(join(path, file.name))?.mtimeMs ?? 0);
  return { kind: "records", path, bytes: bytesBelow(path), usedAtMs: Math.max(0, ...times) };
}

/** Directories that are used as a whole; a look-up marks the file that is written last. */
function trees(
  kind: string,
  directory: string,
  marked: string,
  isWanted: (name: string) => boolean = () => true,
): Entry[] {
  return directoriesIn(directory)
    .filter(isWanted)
    .map((name) => {
      const path = join(directory, name);
      const used = status(join(path, marked));
      return {
        kind,
        path,
        bytes: bytesBelow(path),
        usedAtMs: used?.mtimeMs ?? 0,
        isWaste: used === undefined,
      };
    });
}

/** Only what is old: the rest may belong to somebody who is at work. */
function unfinished(directory: string, nowMs: number): Entry[] {
  return list(directory).flatMap(({ name }) => {
    const path = join(directory, name);
    const usedAtMs = status(path)?.mtimeMs ?? nowMs;
    if (nowMs - usedAtMs < abandonedAfterMs) return [];
    return [{ kind: "tmp", path, bytes: bytesBelow(path), usedAtMs, isWaste: true }];
  });
}

/** Compilers of other versions of this toolchain. A link leads to what belongs to another home. */
function otherCompilers(toolsDirectory: string): Entry[] {
  if (isLink(toolsDirectory)) return [];
  const own = `zig-${compilerPin.version}`;
  return trees(
    "compilers",
    toolsDirectory,
    "pin.sha256",
    (name) => /^zig-[\d.]+$/.test(name) && name !== own,
  );
}

async function addFiles(entries: Entry[], kind: string, directory: string): Promise<void> {
  for (const file of list(directory)) {
    const path = join(directory, file.name);
    if (file.isDirectory()) {
      await addFiles(entries, kind, path);
      continue;
    }
    const found = status(path);
    if (!found) continue;
    // The linker marks what it reuses of its cache in its own way.
    const usedAtMs = kind === "lto" ? Math.max(found.mtimeMs, found.atimeMs) : found.mtimeMs;
    entries.push({ kind, path, bytes: bytesOf(found), usedAtMs });
  }
  await breathe();
}
