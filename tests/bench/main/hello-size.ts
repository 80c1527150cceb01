// How many bytes an image that prints one line has.
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";
import { builtImage } from "../support/images.ts";

// Unikraft's smallest hello (Os, dead code elimination, LTO) has 168,440 bytes.
const limitBytes = 32_000;

export const helloSize: Benchmark = {
  name: "hello-size",
  async run() {
    const image = await builtImage("hello", { optimize: "size" });
    return [atMost("hello, optimize size", image.manifest.sizeBytes, "bytes", limitBytes)];
  },
};
