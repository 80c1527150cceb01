// From an edit of one C file of the application to the new image: the whole command.
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";
import { imageRequest } from "../support/images.ts";
import { repository } from "../support/paths.ts";
import { median } from "../support/statistics.ts";

const limitMs = 500;
const edits = 7;

export const rebuild: Benchmark = {
  name: "rebuild",
  async run() {
    const directory = await mkdtemp(join(tmpdir(), "unikernel-bench-"));
    try {
      const request = imageRequest("http");
      await cp(request.app, directory, { recursive: true });
      const main = join(directory, "main.c");
      const source = await readFile(main, "utf8");
      const command = [
        "build",
        directory,
        ...request.libraries.flatMap((name) => ["--library", name]),
      ];
      const build = async () => {
        const startedAt = performance.now();
        await promisify(execFile)(join(repository, "toolchain/bin/unikernel"), command);
        return performance.now() - startedAt;
      };
      await build();
      const times: number[] = [];
      for (let edit = 0; edit < edits; edit++) {
        const text = `edit ${edit} of process ${process.pid}`;
        await writeFile(
          main,
          `${source}\n__attribute__((used)) static const char edit[] = "${text}";\n`,
        );
        times.push(await build());
      }
      return [atMost("rebuild after editing one C file", median(times), "ms", limitMs)];
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};
