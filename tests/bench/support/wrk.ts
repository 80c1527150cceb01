// HTTP load with wrk (Debian's package), from inside a namespace.
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import type { Wrapper } from "./qemu.ts";

export interface Load {
  readonly requestsPerSecond: number;
  readonly errors: number;
}

/** Why wrk cannot be used here, or null. */
export function whyNoWrk(): string | null {
  try {
    execFileSync("sh", ["-c", "command -v wrk"], { stdio: "ignore" });
    return null;
  } catch {
    return "the load generator wrk is missing (Debian: apt-get install wrk)";
  }
}

export async function load(
  wrap: Wrapper,
  url: string,
  options: { readonly connections: number; readonly seconds: number; readonly close?: boolean },
): Promise<Load> {
  const [program = "", ...args] = wrap([
    "wrk",
    "-t1",
    `-c${options.connections}`,
    `-d${options.seconds}s`,
    ...(options.close ? ["-H", "Connection: close"] : []),
    url,
  ]);
  const { stdout } = await promisify(execFile)(program, args);
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1];
  if (rate === undefined) throw new Error(`wrk printed no rate:\n${stdout}`);
  const socketErrors = /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout);
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? "0";
  const errors = (socketErrors?.slice(1) ?? []).reduce(
    (sum, count) => sum + Number(count),
    Number(failed),
  );
  return { requestsPerSecond: Number(rate), errors };
}
