// Processes that outlive us, and what they are handed: where drivers run guests as processes.
import { type StdioOptions, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessIdentity } from "./guest-record.ts";

/** Where a guest's process finds its configuration: stdin, stdout and stderr come before it. */
export const CONFIGURATION_DESCRIPTOR = 3;

export interface DetachedProcess {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly stdio: StdioOptions;
  /** Nothing of our own environment, which holds credentials, may live on in it. */
  readonly environment: NodeJS.ProcessEnv;
}

export interface StartedProcess {
  readonly pid: number;
  readonly startedAtMs: number;
}

/** Returns once the process exists; it may still fail. */
export async function startDetached(process: DetachedProcess): Promise<StartedProcess> {
  const startedAtMs = Date.now();
  const child = spawn(process.program, process.args, {
    cwd: process.directory,
    // A session of its own: neither Ctrl-C nor the terminal's end reaches it.
    detached: true,
    stdio: process.stdio,
    env: process.environment,
  });
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("spawn", resolve);
  });
  child.unref();
  return { pid: child.pid ?? 0, startedAtMs };
}

/** The same for a program that reads nothing; the file at `log` is begun anew with what it says. */
export async function startLogged(
  process: Pick<DetachedProcess, "program" | "args" | "directory"> & { readonly log: string },
): Promise<StartedProcess> {
  const { log, ...rest } = process;
  const descriptor = openSync(log, "w", 0o600);
  try {
    return await startDetached({
      ...rest,
      stdio: ["ignore", descriptor, descriptor],
      environment: {},
    });
  } finally {
    closeSync(descriptor);
  }
}

/** A descriptor to read the bytes from. The file has lost its name before the first byte is
 * written: no crash can leave it behind. */
export function openConfiguration(directory: string, configuration: Buffer): number {
  const path = join(directory, `configuration.${randomBytes(6).toString("hex")}`);
  const descriptor = openSync(path, "wx+", 0o600);
  try {
    unlinkSync(path);
    // At an explicit position: the descriptor's own stays at the start, for who inherits it.
    let written = 0;
    while (written < configuration.length) {
      written += writeSync(
        descriptor,
        configuration,
        written,
        configuration.length - written,
        written,
      );
    }
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** What a running process was given; undefined when it cannot be read. */
export function givenConfiguration(process: ProcessIdentity): Promise<Buffer | undefined> {
  return readFile(`/proc/${process.pid}/fd/${CONFIGURATION_DESCRIPTOR}`).catch(() => undefined);
}

/** The console of a guest that was restarted may be what explains why. */
export async function keepPreviousConsole(files: {
  readonly directory: string;
  readonly consoleLog: string;
}): Promise<void> {
  await rename(files.consoleLog, join(files.directory, "console.previous.log")).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    },
  );
}
