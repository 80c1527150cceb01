// How many bytes small images have: one that prints one line, and the HTTP server.
import type { Benchmark } from "../main.ts";
import { atMost, type Row } from "../row.ts";
import { builtImage } from "../support/images.ts";

// Unikraft's smallest hello (Os, dead code elimination, LTO) has 168,440 bytes.
const limitsBytes = { hello: 28_000, http: 72_000 };

export const imageSize: Benchmark = {
  name: "image-size",
  async run() {
    const rows: Row[] = [];
    for (const [fixture, limitBytes] of Object.entries(limitsBytes)) {
      const { manifest } = await builtImage(fixture, { optimize: "size" });
      rows.push(atMost(`${fixture}, optimize size`, manifest.sizeBytes, "bytes", limitBytes));
    }
    return rows;
  },
};
