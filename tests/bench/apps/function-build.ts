// A handler's image: its bytes, and from an edit of the handler to the new image in a process that
// has built before, as the provider has.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildImage, openStore, planImage } from "@pulumi-unikernel/toolchain";
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";
import { functionRequest } from "../support/function.ts";
import { imageRequest } from "../support/images.ts";
import { median } from "../support/statistics.ts";

const sizeLimitBytes = 1_100_000;
const rebuildLimitMs = 300;
const edits = 7;

export const functionBuild: Benchmark = {
  name: "function-build",
  async run() {
    const directory = await mkdtemp(join(tmpdir(), "unikernel-bench-"));
    try {
      const request = imageRequest("function", functionRequest);
      await cp(dirname(request.app), directory, { recursive: true });
      const app = join(directory, "handler.ts");
      const source = await readFile(app, "utf8");
      const build = async () => {
        const startedAt = performance.now();
        const plan = await planImage({ ...request, app });
        const { manifest } = await buildImage(plan, openStore());
        return { sizeBytes: manifest.sizeBytes, elapsedMs: performance.now() - startedAt };
      };
      const { sizeBytes } = await build();
      const times: number[] = [];
      for (let edit = 0; edit < edits; edit++) {
        await writeFile(app, source.replace("hello", `edit ${edit} of process ${process.pid}`));
        times.push((await build()).elapsedMs);
      }
      return [
        atMost(
          "function: image without fetch(), optimize speed",
          sizeBytes,
          "bytes",
          sizeLimitBytes,
        ),
        atMost("function: rebuild after editing the handler", median(times), "ms", rebuildLimitMs),
      ];
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};
