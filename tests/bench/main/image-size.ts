// How many bytes small images have: one that prints one line, and the HTTP server, as it is and
// without what only its user can know to be unused.

import type { ImageRequest } from "../../../toolchain/src/index.ts";
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";
import { builtImage } from "../support/images.ts";

// Unikraft's smallest hello (Os, dead code elimination, LTO) has 168,440 bytes.
const helloLimitBytes = 28_000;
const httpLimitBytes = 72_000;

// TCP on a microvm, at the address that the driver gives: docs/configuration.md, "Small images".
const withoutUnused = {
  LWIP_DHCP: false,
  LWIP_FRAGMENTS: false,
  SOCKET_UDP: false,
  LIB_VIRTIO_RNG: false,
  VIRTIO_PCI: false,
  PLAT_ACPI: false,
  PLAT_RESTART: false,
  HTTPD_DEFER: false,
};

async function sizeBytes(fixture: string, options: ImageRequest["options"] = {}): Promise<number> {
  return (await builtImage(fixture, { optimize: "size", options })).manifest.sizeBytes;
}

export const imageSize: Benchmark = {
  name: "image-size",
  async run() {
    const hello = await sizeBytes("hello");
    const all = await sizeBytes("http");
    const http = await sizeBytes("http", withoutUnused);
    return [
      atMost("hello, optimize size", hello, "bytes", helloLimitBytes),
      {
        ...atMost(
          "http, optimize size, without what it does not use",
          http,
          "bytes",
          httpLimitBytes,
        ),
        baseline: "with all options",
        baselineValue: all,
        ratio: all / http,
      },
    ];
  },
};
