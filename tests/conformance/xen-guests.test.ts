// Guests of a Xen host: the test programs of micro-libraries as their comments ask, and a server in
// the host's network.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { libraryTestRequest } from "../../toolchain/src/apps/library-test.ts";
import { guestConfiguration } from "../../toolchain/src/cli/qemu.ts";
import { bundledLibrariesDirectory } from "../../toolchain/src/home.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
import { LibraryRegistry } from "../../toolchain/src/libraries/registry.ts";
import { GUEST_NETWORK, NestedXen, whyNoXen } from "../support/xen/nested-xen.ts";
import { mismatch, testPrograms } from "./guest-program.ts";
import { converse } from "./network-guest.ts";
import { runXenProgram, startXenServer } from "./xen-program.ts";

/** The first program of all may have to fetch and compile libc. */
const BUILD_TIMEOUT_MS = 600_000;
const RUN_TIMEOUT_MS = 60_000;

const registry = new LibraryRegistry(bundledLibrariesDirectory);
const missing = whyNoXen();
let host: NestedXen | undefined;

beforeAll(async () => {
  if (missing === undefined) host = await NestedXen.start();
});
afterAll(() => host?.stop());

const programs = testPrograms(registry, (platform) => platform === "xen");

describe.each(programs)("$library/test/$file", ({ library, file, runs }) => {
  let image = "";

  beforeAll(async () => {
    if (missing !== undefined || runs.every(({ skip }) => skip !== undefined)) return;
    const request = libraryTestRequest(registry, library, file, { platform: "xen" });
    image = (await buildImage(await planImage(request), openStore())).path;
  }, BUILD_TIMEOUT_MS);

  test.for(runs)("on Xen $given", { timeout: RUN_TIMEOUT_MS + 10_000 }, async (run, context) => {
    if (run.skip !== undefined) context.skip(run.skip);
    if (host === undefined) return context.skip(missing ?? "the Xen host did not start");
    const result = await runXenProgram(host, image, run, RUN_TIMEOUT_MS);
    for (const expectation of run.expectations) {
      expect(mismatch(result, expectation)).toBeUndefined();
    }
  });
});

describe("a server on Xen", () => {
  let server: Awaited<ReturnType<typeof startXenServer>> | undefined;

  beforeAll(async () => {
    if (host === undefined) return;
    const plan = await planImage({
      app: join(import.meta.dirname, "network-app"),
      libraries: ["lwip", "httpd"],
      options: {},
      optimize: "speed",
      platform: "xen",
      architecture: "x86_64",
    });
    const { path } = await buildImage(plan, openStore());
    const nothing = { arguments: [], environment: [] };
    server = await startXenServer(host, path, guestConfiguration(nothing, GUEST_NETWORK));
  }, BUILD_TIMEOUT_MS);
  afterAll(() => server?.stop());

  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: guest\r\n\r\n`;
  const url = (path: string) => `http://127.0.0.1:${host?.guestPort}${path}`;

  test("answers requests that come one behind the other", async (context) => {
    if (host === undefined) return context.skip(missing ?? "the Xen host did not start");
    const close = "GET / HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n";
    const { text } = await converse(host.guestPort, get("/").repeat(20) + close);
    expect(text.split("hello\n").length - 1).toBe(21);
  });

  test("sends more than fits into its ring, unchanged", async (context) => {
    if (host === undefined) return context.skip(missing ?? "the Xen host did not start");
    const expected = Buffer.alloc(3 << 20);
    for (let i = 0; i < expected.length; i++) expected[i] = i * 31 + (i >> 8) * 7;
    const received = Buffer.from(await (await fetch(url("/large"))).arrayBuffer());
    expect(sha256(received)).toBe(sha256(expected));
  });

  test("receives more than fits into its ring, from several at a time", async (context) => {
    if (host === undefined) return context.skip(missing ?? "the Xen host did not start");
    const bodies = Array.from({ length: 4 }, (_, index) => Buffer.alloc(120_000, index + 1));
    const answers = await Promise.all(
      bodies.map(async (body) => {
        const answer = await fetch(url("/echo"), { method: "POST", body });
        return Buffer.from(await answer.arrayBuffer());
      }),
    );
    expect(answers.map(sha256)).toEqual(bodies.map(sha256));
  });
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
