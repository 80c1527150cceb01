// What a guest's TCP puts on the wire where the ends of connections decide whether the next ones
// are kept waiting: seen in QEMU's dump of all frames, not by the clock.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { freePort } from "../support/free-port.ts";
import { converse, type NetworkGuest, startNetworkGuest } from "./network-guest.ts";
import { readSegments, type Segment } from "./segments.ts";

const BUILD_TIMEOUT_MS = 600_000;
const GUEST_PORT = 80;
const request = "GET / HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n";

let directory: string;
let guest: NetworkGuest;
let seenBefore = 0;

beforeAll(async () => {
  const plan = await planImage({
    app: fileURLToPath(new URL("network-app", import.meta.url)),
    libraries: ["lwip", "httpd"],
    options: {},
    optimize: "speed",
    platform: "kvm",
    architecture: "x86_64",
  });
  const image = (await buildImage(plan, openStore())).path;
  directory = mkdtempSync(join(tmpdir(), "unikernel-segments-"));
  guest = await startNetworkGuest(image, {
    machine: "microvm",
    device: "virtio-net-device,netdev=n0",
    extra: ["-object", `filter-dump,id=dump,netdev=n0,file=${dumpFile()}`],
  });
}, BUILD_TIMEOUT_MS);

afterAll(async () => {
  await guest?.stop();
  rmSync(directory, { recursive: true, force: true });
});

beforeEach(() => {
  seenBefore = readSegments(dumpFile()).length;
});

const dumpFile = () => join(directory, "frames.pcap");

/** What passed during this test, to the guest's server and from it. */
function segmentsOfTest(): { toGuest: Segment[]; fromGuest: Segment[] } {
  const segments = readSegments(dumpFile()).slice(seenBefore);
  return {
    toGuest: segments.filter(({ to }) => to === GUEST_PORT),
    fromGuest: segments.filter(({ from }) => from === GUEST_PORT),
  };
}

async function getsAnAnswer(options: { readonly localPort?: number } = {}): Promise<void> {
  const { text, end } = await converse(guest.port, request, options);
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(end).toBe("closed");
}

test("a peer that takes the same port again gets through with its first segment", async () => {
  const localPort = await freePort();
  for (let connection = 0; connection < 5; connection++) await getsAnAnswer({ localPort });
  // The guest ended each of them first, so it has the earlier one in TIME_WAIT.
  expect(segmentsOfTest().toGuest.filter(({ syn }) => syn)).toHaveLength(5);
});

test("the end of a connection comes with the last bytes of the answer", async () => {
  for (let connection = 0; connection < 5; connection++) await getsAnAnswer();
  const { fromGuest } = segmentsOfTest();
  expect(fromGuest.filter(({ fin }) => fin)).toHaveLength(5);
  expect(fromGuest.filter(({ fin, payloadBytes }) => fin && payloadBytes === 0)).toEqual([]);
  expect(fromGuest.filter(({ reset }) => reset)).toEqual([]);
});
