// Writes that are either there completely or not at all: a temporary name, then a rename.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A name in `directory` that no other process uses; the directory is made when missing. */
export async function temporaryPath(directory: string, hint: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  return join(directory, `${process.pid}-${randomBytes(6).toString("hex")}-${hint}`);
}

/** Runs `use` with a temporary path and removes whatever is left there afterwards. */
export async function withTemporary<Result>(
  directory: string,
  hint: string,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const path = await temporaryPath(directory, hint);
  try {
    return await use(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

/** Moves a finished file or directory to its place; an equal one that is there already wins. */
export async function publish(temporary: string, place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  try {
    await rename(temporary, place);
  } catch (error) {
    // A directory of that name: somebody else finished the same content first.
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Replaces a file's content at once. */
export async function writeAtomically(
  temporaryDirectory: string,
  place: string,
  content: string | Uint8Array,
): Promise<void> {
  await withTemporary(temporaryDirectory, "file", async (temporary) => {
    await writeFile(temporary, content);
    await publish(temporary, place);
  });
}

/** Old enough that no process of another host or container can still be writing to it. */
export const abandonedAfterMs = 24 * 3600 * 1000;

/** Removes what builds left behind that were killed before they could clean up. */
export async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}
