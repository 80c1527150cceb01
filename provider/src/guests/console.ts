// Reads a guest's console: the last lines of the log, and what the platform says in it.
import { type FileHandle, open } from "node:fs/promises";
import { printable } from "./printable.ts";

const TAIL_BYTES_MAX = 64 * 1024;

const CHUNK_BYTES_MAX = 64 * 1024;

/** The last lines, oldest first; empty when there is no log. */
export async function tailOf(path: string, lines: number): Promise<string[]> {
  return lastLines(await readTail(path), lines);
}

/** The last lines of a console's text, oldest first. */
export function lastLines(text: string, lines: number): string[] {
  const all = text.split("\n").map((line) => printable(line.replace(/\r$/, "")));
  if (all.at(-1) === "") all.pop();
  return all.slice(-lines);
}

/** What a supervisor writes before it starts a guest again (toolchain/supervisor). */
const RESTART_LINE = /^\[unikernel\] restart \d+ .*$/gm;

/** The part of a console's text since the guest's latest start. */
export function lastRun(text: string): string {
  const mark = [...text.matchAll(RESTART_LINE)].at(-1);
  return mark === undefined ? text : text.slice(mark.index + mark[0].length);
}

/** At most the last 64 KiB of a file; "" when it does not exist. */
export async function readTail(path: string): Promise<string> {
  const bytes = await withFile(path, async (file) => {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES_MAX);
    return readAt(file, size - length, length);
  });
  return bytes?.toString("utf8") ?? "";
}

/** At most 64 KiB of a file from an offset on; none when it does not exist. */
export async function readFrom(path: string, offset: number): Promise<Buffer> {
  return (await withFile(path, (file) => readAt(file, offset, CHUNK_BYTES_MAX))) ?? Buffer.alloc(0);
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

async function withFile<Result>(
  path: string,
  use: (file: FileHandle) => Promise<Result>,
): Promise<Result | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
