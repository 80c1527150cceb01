// Against a server of the test's own on loopback.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { download } from "./download.ts";

const limits = { connectTimeoutMs: 300, stallTimeoutMs: 300 };
const content = "a release\n";
const sha256 = createHash("sha256").update(content).digest("hex");
let server: Server | undefined;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unikernel-download-"));
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(directory, { recursive: true });
});

async function serve(listener: RequestListener): Promise<string> {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/file`;
}

test("keeps a file with the pinned hash", async () => {
  const url = await serve((_, response) => response.end(content));
  await download(url, sha256, join(directory, "file"), limits);
  expect(readFileSync(join(directory, "file"), "utf8")).toBe(content);
});

test("refuses other content and leaves nothing", async () => {
  const url = await serve((_, response) => response.end("something else"));
  const file = join(directory, "file");
  await expect(download(url, sha256, file, limits)).rejects.toThrow(`pinned is ${sha256}`);
  expect(existsSync(file)).toBe(false);
});

test("gives up on an origin that never answers", async () => {
  const url = await serve(() => {});
  await expect(download(url, sha256, join(directory, "file"), limits)).rejects.toThrow(
    "no answer within 0.3 s",
  );
});

test("gives up when data stops coming", async () => {
  const url = await serve((_, response) => response.write("a re"));
  await expect(download(url, sha256, join(directory, "file"), limits)).rejects.toThrow(
    "nothing arrived for 0.3 s",
  );
});

test("names the status of a refusal", async () => {
  const url = await serve((_, response) => response.writeHead(403).end());
  await expect(download(url, sha256, join(directory, "file"), limits)).rejects.toThrow(
    "it answered 403",
  );
});

test("names the cause of a lost connection", async () => {
  const url = await serve((request) => request.socket.destroy());
  await expect(download(url, sha256, join(directory, "file"), limits)).rejects.toThrow(
    "other side closed",
  );
});
