// A disk from an image's kernel, written to a file.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskImage } from "@pulumi-unikernel/toolchain";
import { writeSparse } from "../../../toolchain/src/disk/write.ts";
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";
import { median } from "../support/statistics.ts";
import { diskParts } from "./disks.ts";

const LIMIT_MS = 100;
const ROUNDS = 15;

export const disk: Benchmark = {
  name: "disk",
  async run() {
    const parts = await diskParts();
    const directory = mkdtempSync(join(tmpdir(), "unikernel-bench-"));
    const times: number[] = [];
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const startedAt = performance.now();
        await writeSparse(join(directory, `${round}.raw`), diskImage(parts));
        times.push(performance.now() - startedAt);
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
    return [atMost("disk of 1 GiB from an image's kernel", median(times), "ms", LIMIT_MS)];
  },
};
