// Blocks of a snapshot to a server that takes 50 ms for each, by Amazon's own client: sixteen at a
// time, as they are sent, beside one after the other.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ebsService } from "../../../provider/src/clouds/aws/ebs-service.ts";
import { UploadJournal } from "../../../provider/src/clouds/aws/journal.ts";
import { blockBytes } from "../../../provider/src/clouds/aws/snapshot-service.ts";
import { diskBlocks, sendBlocks } from "../../../provider/src/clouds/aws/upload.ts";
import { sparseDisk } from "../../../toolchain/src/disk/sparse.ts";
import type { Benchmark } from "../main.ts";
import { timesFaster } from "../row.ts";
import { interleaved, paired } from "../support/statistics.ts";

const LATENCY_MS = 50;
const BLOCKS = 64;
const FACTOR = 8;

/** Takes blocks and believes them. */
const server = () =>
  createServer((request, response) => {
    const checksum = request.headers["x-amz-checksum"];
    request.resume().on("end", () => {
      setTimeout(() => {
        const headers = { "content-type": "application/json" };
        if (checksum) Object.assign(headers, { "x-amz-checksum": checksum });
        response.writeHead(request.method === "PUT" ? 201 : 202, headers).end("{}");
      }, LATENCY_MS);
    });
  });

export const concurrency: Benchmark = {
  name: "concurrency",
  async run() {
    process.env.AWS_ACCESS_KEY_ID = "test";
    process.env.AWS_SECRET_ACCESS_KEY = "test";
    const listener = server();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    const service = await ebsService({ region: "eu-central-1", endpoint });
    const data = Buffer.alloc(BLOCKS * blockBytes, "unikernel");
    const blocks = diskBlocks(sparseDisk(2 ** 30, [{ offset: 0, data }]));
    const home = mkdtempSync(join(tmpdir(), "unikernel-bench-"));
    const options = { signal: new AbortController().signal, onProgress() {} };
    const send = async (atATime?: number) => {
      const startedAt = performance.now();
      await sendBlocks(service, "snap-1", blocks, new UploadJournal(home), options, atATime);
      return performance.now() - startedAt;
    };
    try {
      const samples = await interleaved({ rounds: 3, warmUps: 1 }, [() => send(), () => send(1)]);
      const name = `${BLOCKS} blocks to a server that takes ${LATENCY_MS} ms for each`;
      const comparison = {
        name,
        unit: "ms",
        baseline: "one after the other",
        ...paired(...samples),
      };
      return [timesFaster(comparison, FACTOR)];
    } finally {
      listener.closeAllConnections();
      listener.close();
      rmSync(home, { recursive: true, force: true });
    }
  },
};
