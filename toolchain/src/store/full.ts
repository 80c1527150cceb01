// A full disk shows itself in many ways: as an error code of ours, or as a compiler's complaint
// or crash. All of them become one clear error.
import { statfs } from "node:fs/promises";

/** Below this much free space a tool's failure is put down to the disk. */
const nearlyFullBytes = 1024 * 1024;

export class StorageFullError extends Error {
  constructor(directory: string, cause: unknown) {
    super(
      `the disk that holds ${directory} is full; free some space, or set UNIKERNEL_HOME to a directory on another disk`,
      { cause },
    );
    this.name = "StorageFullError";
  }
}

/** The error itself, or a StorageFullError when lack of space is behind it. */
export async function explainStorageFailure(error: unknown, directory: string): Promise<unknown> {
  const code = (error as NodeJS.ErrnoException)?.code;
  const message = error instanceof Error ? error.message : "";
  const { bavail, bsize } = await statfs(directory).catch(() => ({ bavail: Infinity, bsize: 1 }));
  const freeBytes = bavail * bsize;
  const said = code === "ENOSPC" || code === "EDQUOT" || /No space left on device/.test(message);
  return said || freeBytes < nearlyFullBytes ? new StorageFullError(directory, error) : error;
}
