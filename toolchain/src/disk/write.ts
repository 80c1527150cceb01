// Writes a disk or another sparse file: the holes stay holes.
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { publish, withTemporary } from "../store/atomic.ts";
import type { SparseDisk } from "./sparse.ts";

export async function writeSparse(path: string, file: SparseDisk): Promise<void> {
  await withTemporary(dirname(path), "disk", async (temporary) => {
    const handle = await open(temporary, "wx");
    try {
      await handle.truncate(file.sizeBytes);
      for (const { offset, data } of file.extents) {
        await handle.write(data, 0, data.length, offset);
      }
    } finally {
      await handle.close();
    }
    await publish(temporary, path);
  });
}
