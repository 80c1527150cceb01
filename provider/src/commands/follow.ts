// A console's log from its last lines on, through every restart of the guest and every time that
// the log gives way to a new one.
import { type FileHandle, open, stat } from "node:fs/promises";
import type { Driver } from "../drivers/driver.ts";
import { pause } from "../guests/wait.ts";

const LOOK_MS = 100;
const CHUNK_BYTES = 64 * 1024;

export interface Follow {
  readonly signal: AbortSignal;
  readonly write: (bytes: Buffer) => void;
  /** Whether there is still somebody who could write more. */
  readonly isOver: () => Promise<boolean>;
}

/** What a local file says from an offset on; a file that takes its name is read from its start. */
export async function followFile(path: string, offset: number, follow: Follow): Promise<void> {
  let file = await open(path, "r");
  let position = offset;
  try {
    for (let isLast = false; ; ) {
      position += await copy(file, position, follow.write);
      const next = await replaced(file, path);
      if (next !== undefined) {
        // What was written before it gave way.
        await copy(file, position, follow.write);
        await file.close();
        file = next;
        position = 0;
        continue;
      }
      if (isLast || follow.signal.aborted) return;
      isLast = await follow.isOver();
      if (!isLast) await pause(LOOK_MS, follow.signal).catch(() => undefined);
    }
  } finally {
    await file.close();
  }
}

/** The same where only the driver can read the console. */
export async function followConsole(driver: Driver, id: string, follow: Follow): Promise<void> {
  let position = 0;
  for (let isLast = false; ; ) {
    const bytes = await driver.readConsole(id, position);
    position += bytes.length;
    if (bytes.length > 0) follow.write(bytes);
    if (bytes.length > 0) continue;
    if (isLast || follow.signal.aborted) return;
    isLast = await follow.isOver();
    if (!isLast) await pause(LOOK_MS, follow.signal).catch(() => undefined);
  }
}

async function copy(file: FileHandle, from: number, write: Follow["write"]): Promise<number> {
  let done = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read(
      Buffer.alloc(CHUNK_BYTES),
      0,
      CHUNK_BYTES,
      from + done,
    );
    if (bytesRead === 0) return done;
    write(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
}

/** The file that has this name now, when it is another one. */
async function replaced(file: FileHandle, path: string): Promise<FileHandle | undefined> {
  const mine = await file.stat();
  const named = await stat(path).catch(() => undefined);
  return named === undefined || named.ino === mine.ino ? undefined : open(path, "r");
}
