// Reads a guest's console: the last lines of the log, and what the platform says in it.
import { open } from "node:fs/promises";

const TAIL_BYTES_MAX = 64 * 1024;

/** The last lines, oldest first; empty when there is no log. */
export async function tailOf(path: string, lines: number): Promise<string[]> {
  const text = await readTail(path);
  const all = text.split("\n").map(printable);
  if (all.at(-1) === "") all.pop();
  return all.slice(-lines);
}

/** At most the last 64 KiB of a file; "" when it does not exist. */
export async function readTail(path: string): Promise<string> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES_MAX);
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, size - length);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A guest must not be able to steer the terminal that shows its console. */
function printable(line: string): string {
  return line.replace(/\r$/, "").replace(/[^\P{Cc}\t]/gu, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
