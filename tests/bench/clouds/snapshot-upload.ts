// What is sent to AWS (moto behind a proxy that counts) for an image's first snapshot, for the same
// image again, and after an edit of one line.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SparseDisk } from "@pulumi-unikernel/toolchain";
import { ebsService } from "../../../provider/src/clouds/aws/ebs-service.ts";
import { UploadJournal } from "../../../provider/src/clouds/aws/journal.ts";
import { blockBytes } from "../../../provider/src/clouds/aws/snapshot-service.ts";
import { createSnapshot } from "../../../provider/src/resources/aws-snapshot.ts";
import type { CallContext } from "../../../provider/src/resources/resource.ts";
import type { PropertyMap } from "../../../provider/src/values.ts";
import { Amazon, whyNoAmazon } from "../../conformance/aws-stand-in.ts";
import type { Benchmark } from "../main.ts";
import { atMost, type Row, reported } from "../row.ts";
import { disksAroundAnEdit } from "./disks.ts";

const OVERHEAD_MAX = 1.05;
const FIRST = `sha256:${"1".repeat(64)}`;
const EDITED = `sha256:${"2".repeat(64)}`;
const WRITES = /^(Start|Put|Complete|Delete|Create)/;

const context: CallContext = {
  signal: new AbortController().signal,
  urn: "urn:pulumi:bench::bench::unikernel:aws:Snapshot::web",
  status() {},
  log() {},
};

export const snapshotUpload: Benchmark = {
  name: "snapshot-upload",
  async run() {
    if (whyNoAmazon !== null) return [{ name: "snapshots on AWS", skipped: whyNoAmazon }];
    const { before, after } = await disksAroundAnEdit();
    process.env.AWS_ACCESS_KEY_ID = "test";
    process.env.AWS_SECRET_ACCESS_KEY = "test";
    const home = mkdtempSync(join(tmpdir(), "unikernel-bench-"));
    const amazon = await Amazon.start();
    try {
      return await measure(amazon, { [FIRST]: before, [EDITED]: after }, home);
    } finally {
      await amazon[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true });
    }
  },
};

async function measure(
  amazon: Amazon,
  disks: Readonly<Record<string, SparseDisk>>,
  home: string,
): Promise<Row[]> {
  const resource = createSnapshot({
    service: ebsService,
    disk: async (digest) => disks[digest] as SparseDisk,
    journal: async () => new UploadJournal(home),
    programDirectory: "/bench",
  });
  const inputs = (image: string): PropertyMap => ({
    ...{ image, size: "1GiB", tags: {}, region: "eu-central-1", endpoint: amazon.endpoint },
  });
  const create = async (image: string, preview: boolean) => {
    amazon.calls.splice(0);
    const request = { inputs: inputs(image), preview, timeoutSeconds: 0 };
    const { id, state } = await resource.create(context, request);
    return { id, state, ...sums(amazon) };
  };
  const first = await create(FIRST, false);
  const dataBytes = Number(first.state.blockCount) * blockBytes;
  amazon.calls.splice(0);
  const [olds, news] = [inputs(FIRST), inputs(FIRST)];
  const { state, id } = first;
  await resource.diff(context, { id, olds, state, news });
  const unchanged = sums(amazon);
  const preview = await create(EDITED, true);
  const edited = await create(EDITED, false);
  return [
    {
      name: "first snapshot, bytes of all requests",
      value: first.bytes,
      unit: "bytes",
      baseline: `its ${first.state.blockCount} blocks with data`,
      baselineValue: dataBytes,
      ratio: first.bytes / dataBytes,
      goal: `≤ ${OVERHEAD_MAX} × the baseline`,
      met: first.bytes <= OVERHEAD_MAX * dataBytes,
    },
    reported("first snapshot, requests", first.requests, "requests"),
    atMost("unchanged, requests that write", unchanged.writes, "requests", 0),
    atMost("preview of an edit, requests that write", preview.writes, "requests", 0),
    {
      name: "after an edit of one line, bytes of all requests",
      value: edited.bytes,
      unit: "bytes",
      baseline: "first snapshot",
      baselineValue: first.bytes,
      ratio: edited.bytes / first.bytes,
      goal: "",
      met: true,
    },
    reported("after an edit of one line, requests", edited.requests, "requests"),
  ];
}

function sums(amazon: Amazon) {
  const calls = amazon.calls.splice(0);
  return {
    bytes: calls.reduce((sum, { bodyBytes, headerBytes }) => sum + bodyBytes + headerBytes, 0),
    requests: calls.length,
    writes: calls.filter(({ action }) => WRITES.test(action)).length,
  };
}
