// Downloads over HTTPS that give up early: a site that cannot be reached must not hold up a
// build that has another origin.
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { unpack } from "./unpack.ts";

const connectTimeoutMs = 5_000;
/** Without a byte for this long the download is dead. */
const stallTimeoutMs = 20_000;

/** Downloads to a file. `onProgress` is told the bytes so far and the total, when known. */
export async function download(
  url: string,
  path: string,
  signal: AbortSignal | undefined,
  onProgress?: (receivedBytes: number, totalBytes: number | undefined) => void,
): Promise<void> {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const allow = (milliseconds: number, what: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new Error(what)), milliseconds);
  };
  try {
    allow(connectTimeoutMs, `no answer within ${connectTimeoutMs / 1000} s`);
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok || !response.body) throw new Error(`HTTP status ${response.status}`);
    const totalBytes = Number(response.headers.get("content-length")) || undefined;
    let receivedBytes = 0;
    const body = Readable.fromWeb(response.body);
    body.on("data", (chunk: Buffer) => {
      receivedBytes += chunk.length;
      allow(stallTimeoutMs, `no data for ${stallTimeoutMs / 1000} s`);
      onProgress?.(receivedBytes, totalBytes);
    });
    await pipeline(body, createWriteStream(path), { signal: controller.signal });
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason;
    const cause = (error as Error).cause;
    throw cause instanceof Error ? new Error(cause.message, { cause }) : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

export async function fetchUrlSource(
  url: string,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const archive = join(directory, basename(new URL(url).pathname));
  await download(url, archive, signal);
  return unpack(archive, join(directory, "unpacked"), signal);
}
