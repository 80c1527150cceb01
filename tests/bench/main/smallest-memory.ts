// The least memory with which the HTTP server answers.
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";
import { ourGuest } from "../support/images.ts";
import { firstResponseMs, freePort, qemuCommand, startGuest } from "../support/qemu.ts";

const limitMiB = 12;

async function serves(memoryMiB: number): Promise<boolean> {
  const port = await freePort();
  const backend = `user,hostfwd=tcp:127.0.0.1:${port}-:8080`;
  const guest = startGuest(
    qemuCommand({ ...(await ourGuest("http")), memoryMiB }, "microvm", { backend }),
  );
  try {
    await firstResponseMs(guest, port, 3000);
    return true;
  } catch {
    return false;
  } finally {
    await guest.stop();
  }
}

export const smallestMemory: Benchmark = {
  name: "smallest-memory",
  async run() {
    let smallest = Number.POSITIVE_INFINITY;
    for (const memoryMiB of [32, 16, 12, 10, 8, 7, 6, 5, 4, 3, 2]) {
      if (!(await serves(memoryMiB))) break;
      smallest = memoryMiB;
    }
    return [atMost("smallest memory that serves HTTP", smallest, "MiB", limitMiB)];
  },
};
