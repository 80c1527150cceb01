// What it costs to know that an application of ten thousand files has not changed.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { planImage } from "@pulumi-unikernel/toolchain";
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";
import { imageRequest } from "../support/images.ts";
import { median } from "../support/statistics.ts";

const directories = 100;
const filesEach = 100;

export const sourceHash: Benchmark = {
  name: "source-hash",
  async run() {
    const app = mkdtempSync(join(tmpdir(), "unikernel-bench-"));
    try {
      for (let directory = 0; directory < directories; directory++) {
        mkdirSync(join(app, `d${directory}`));
        for (let file = 0; file < filesEach; file++) {
          const path = join(app, `d${directory}/f${file}.h`);
          writeFileSync(path, `#define F${directory}_${file} ${"x".repeat(2000)}\n`);
          utimesSync(path, 1, 1);
        }
      }
      writeFileSync(join(app, "main.c"), "int main(void)\n{\n\treturn 0;\n}\n");
      // What was written a moment ago is read again.
      await pause(3000);
      const request = imageRequest("hello", { app });
      const times: number[] = [];
      for (let round = 0; round < 9; round++) {
        const startedAt = performance.now();
        await planImage(request);
        if (round > 1) times.push(performance.now() - startedAt);
      }
      return [atMost("sourceHash of 10,000 unchanged files", median(times), "ms", 100)];
    } finally {
      rmSync(app, { recursive: true, force: true });
    }
  },
};
