// Downloads a file whose SHA-256 is known. Gives up within seconds when the origin is out of
// reach, so that the next one gets its turn.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { messageOf, StepError } from "./errors.ts";

export interface Limits {
  /** How long the first byte may take. */
  readonly connectTimeoutMs: number;
  /** How long nothing may arrive once data flows. */
  readonly stallTimeoutMs: number;
}

const usualLimits: Limits = { connectTimeoutMs: 5_000, stallTimeoutMs: 15_000 };

export async function download(
  url: string,
  sha256: string,
  file: string,
  limits = usualLimits,
): Promise<void> {
  const abort = new AbortController();
  let reason = `no answer within ${limits.connectTimeoutMs / 1000} s`;
  let timer = setTimeout(() => abort.abort(), limits.connectTimeoutMs);
  const output = createWriteStream(file);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || response.body === null) {
      throw new StepError(`it answered ${response.status}`);
    }
    reason = `nothing arrived for ${limits.stallTimeoutMs / 1000} s`;
    const hash = createHash("sha256");
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), limits.stallTimeoutMs);
      hash.update(chunk);
      if (!output.write(chunk)) await once(output, "drain");
    }
    output.end();
    await finished(output);
    const actual = hash.digest("hex");
    if (actual !== sha256) throw new StepError(`its SHA-256 is ${actual}, pinned is ${sha256}`);
  } catch (error) {
    output.destroy();
    await rm(file, { force: true });
    const cause = abort.signal.aborted ? reason : causeOf(error);
    throw new StepError(`${url}: ${cause}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** `fetch` hides what went wrong ("fetch failed") in its cause. */
function causeOf(error: unknown): string {
  if (error instanceof Error && error.cause instanceof Error) return error.cause.message;
  return messageOf(error);
}
