// Our own small changes to third-party files, applied after the pin was verified.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Edit } from "../libraries/types.ts";

/** Replaces text in one file's content; the text must be there exactly once. */
export function applyEdit(content: string, edit: Edit): string {
  const parts = content.split(edit.find);
  if (parts.length !== 2) {
    throw new Error(
      `edit of ${edit.file}: ${JSON.stringify(edit.find)} occurs ${parts.length - 1} times, not once`,
    );
  }
  return parts.join(edit.replace);
}

export async function applyEdits(directory: string, edits: readonly Edit[]): Promise<void> {
  for (const edit of edits) {
    const path = join(directory, edit.file);
    // Latin-1 keeps every byte, whatever the file's encoding is.
    const content = await readFile(path, "latin1");
    await writeFile(path, applyEdit(content, edit), "latin1");
  }
}
