// What is sent to Google Cloud (fake-gcs-server behind a proxy that counts) for an image's disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { googleArchive } from "@pulumi-unikernel/toolchain";
import { googleRequests } from "../../../provider/src/clouds/google/requests.ts";
import { UploadSessions } from "../../../provider/src/clouds/google/upload-sessions.ts";
import { createDiskObject } from "../../../provider/src/resources/gcp-disk-object.ts";
import { Google, googleToken, whyNoGoogle } from "../../conformance/google-stand-in.ts";
import type { Benchmark } from "../main.ts";
import { reported } from "../row.ts";
import { disksAroundAnEdit } from "./disks.ts";

const OVERHEAD_MAX = 1.05;
const BUCKET = "bench";

export const googleUpload: Benchmark = {
  name: "google-upload",
  async run() {
    if (whyNoGoogle !== null) return [{ name: "objects on Google Cloud", skipped: whyNoGoogle }];
    const { before } = await disksAroundAnEdit();
    const home = mkdtempSync(join(tmpdir(), "unikernel-bench-"));
    const google = await Google.start();
    try {
      await google.makeBucket(BUCKET);
      const resource = createDiskObject({
        send: googleRequests(async () => ({ authorization: `Bearer ${googleToken}` })),
        disk: async () => before,
        archive: async (disk) => Buffer.concat(googleArchive(disk).extents.map(({ data }) => data)),
        sessions: async () => new UploadSessions(home),
        programDirectory: "/bench",
      });
      const urn = "urn:pulumi:bench::bench::unikernel:gcp:DiskObject::web";
      const signal = new AbortController().signal;
      const image = `sha256:${"1".repeat(64)}`;
      const inputs = { image, bucket: BUCKET, size: "1GiB", endpoint: google.endpoint };
      await resource.create(
        { signal, urn, status() {}, log() {} },
        { inputs, preview: false, timeoutSeconds: 0 },
      );
      const calls = google.calls.splice(0);
      const bytes = calls.reduce((sum, call) => sum + call.bodyBytes + call.headerBytes, 0);
      const dataBytes = before.extents.reduce((sum, { data }) => sum + data.length, 0);
      return [
        {
          name: "first object, bytes of all requests",
          value: bytes,
          unit: "bytes",
          baseline: "the disk's data",
          baselineValue: dataBytes,
          ratio: bytes / dataBytes,
          goal: `≤ ${OVERHEAD_MAX} × the baseline`,
          met: bytes <= OVERHEAD_MAX * dataBytes,
        },
        reported("first object, requests", calls.length, "requests"),
      ];
    } finally {
      await google[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true });
    }
  },
};
