// The supervisor of a guest's process (toolchain/supervisor): what it is told, and what it tells.
// It outlives us, keeps the console, starts the guest again and gives it time to end.
import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import {
  keepPreviousConsole,
  openConfiguration,
  type StartedProcess,
  startDetached,
} from "./detached.ts";
import type { RecordFiles } from "./guest-record.ts";
import { type GuestLifecycle, PLAIN_LIFECYCLE } from "./lifecycle.ts";
import { withShortPath } from "./qemu/qmp.ts";

/** Both halves of a guest's console log together. */
const CONSOLE_BYTES_MAX = 16 * 2 ** 20;

export interface SupervisedFiles extends RecordFiles {
  readonly consoleLog: string;
  readonly consoleSocket: string;
  /** What to run, and how. */
  readonly command: string;
  /** How often it was started again, and when. */
  readonly state: string;
  /** How its process ended for good. */
  readonly ended: string;
}

export function supervisedFiles(files: RecordFiles): SupervisedFiles {
  const { id, directory, record } = files;
  return {
    ...{ id, directory, record },
    consoleLog: join(directory, "console.log"),
    consoleSocket: join(directory, "console.sock"),
    command: join(directory, "command"),
    state: join(directory, "state"),
    ended: join(directory, "ended"),
  };
}

/** What toolchain/supervisor/plan.h describes. */
export interface Plan {
  /** How the process is asked to end, and what its exit code means. */
  readonly kind: "qemu" | "process";
  readonly lifecycle: GuestLifecycle;
  /** Program and arguments. Nothing secret: everybody can read them. */
  readonly command: readonly string[];
}

export function formatPlan({ kind, lifecycle, command }: Plan): string {
  const { when, maxRetries, backoffMs } = lifecycle.restart;
  const options: readonly (readonly [string, string | number])[] = [
    ["--kind", kind],
    ["--restart", when],
    ...(maxRetries === undefined ? [] : [["--retries", maxRetries] as const]),
    ["--backoff", Math.round(backoffMs)],
    ["--shutdown-timeout", Math.round(lifecycle.shutdownTimeoutMs)],
    ["--console-bytes", CONSOLE_BYTES_MAX],
  ];
  return [...options.flat(), "--", ...command].map((text) => `${text}\0`).join("");
}

/** Of a plan's text; undefined when it is none. */
export function commandIn(text: string): readonly string[] | undefined {
  const parts = text.split("\0");
  const at = parts.indexOf("--");
  return at < 0 || parts.at(-1) !== "" ? undefined : parts.slice(at + 1, -1);
}

/** From now on; nothing when it was never started. */
export async function changePlan(
  files: SupervisedFiles,
  kind: Plan["kind"],
  lifecycle: GuestLifecycle | undefined,
  change: (command: readonly string[]) => readonly string[],
): Promise<void> {
  const text = await readFile(files.command, "utf8").catch(() => "");
  const command = commandIn(text);
  if (command === undefined) return;
  const plan = { kind, lifecycle: lifecycle ?? PLAIN_LIFECYCLE, command: change(command) };
  if (formatPlan(plan) !== text) await writePlan(files, plan);
}

async function writePlan(files: SupervisedFiles, plan: Plan): Promise<void> {
  const temporary = `${files.command}.${randomBytes(6).toString("hex")}`;
  await writeFile(temporary, formatPlan(plan), { mode: 0o600 });
  await rename(temporary, files.command);
}

export interface Start {
  readonly files: SupervisedFiles;
  /** The supervisor's path. */
  readonly supervisor: string;
  readonly plan: Plan;
  /** Where what the process itself has to say goes. */
  readonly log: string;
  readonly configuration: Buffer;
  readonly environment: NodeJS.ProcessEnv;
}

/** Returns once the supervisor exists. Gives the time of the start. */
export async function startSupervised(start: Start): Promise<StartedProcess> {
  const { files, plan, environment } = start;
  await rm(files.ended, { force: true });
  await rm(files.state, { force: true });
  await writePlan(files, plan);
  await keepPreviousConsole(files);
  const opened: number[] = [];
  try {
    const log = openSync(start.log, "w", 0o600);
    opened.push(log);
    const secret = openConfiguration(files.directory, start.configuration);
    opened.push(secret);
    return await startDetached({
      program: start.supervisor,
      args: [...supervisorArguments(files.id)],
      directory: files.directory,
      // The last is CONFIGURATION_DESCRIPTOR.
      stdio: ["ignore", log, log, secret],
      environment,
    });
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

function supervisorArguments(id: string): readonly [string, string] {
  return ["--supervise", id];
}

/** How a supervisor is recognised, together with its working directory. */
export function isSupervisor(args: readonly string[], id: string): boolean {
  const [option, name] = supervisorArguments(id);
  return args[1] === option && args[2] === name;
}

export interface SupervisedState {
  readonly restarts: number;
  /** The latest start. */
  readonly startedAtMs: number;
}

export async function readState(files: SupervisedFiles): Promise<SupervisedState | undefined> {
  const text = await readFile(files.state, "utf8").catch(() => "");
  const [, restarts, started] = /^restarts (\d+)\nstarted (\d+)\n$/.exec(text) ?? [];
  if (restarts === undefined || started === undefined) return undefined;
  return { restarts: Number(restarts), startedAtMs: Number(started) };
}

/** Whether a guest has run to an end already, and was started again. */
export async function hasRestarted(files: SupervisedFiles): Promise<boolean> {
  return ((await readState(files))?.restarts ?? 0) > 0;
}

/** How the process ended for good: with a code, or killed by a signal. */
export interface SupervisedEnd {
  readonly kind: "exit" | "signal";
  readonly number: number;
}

export async function readEnded(files: SupervisedFiles): Promise<SupervisedEnd | undefined> {
  const text = await readFile(files.ended, "utf8").catch(() => "");
  const [, kind, number] = /^(exit|signal) (\d+)\n$/.exec(text) ?? [];
  if (kind !== "exit" && kind !== "signal") return undefined;
  return { kind, number: Number(number) };
}

/** A connection to a running guest's console: what it writes, and what it reads. */
export function openConsole(files: SupervisedFiles): Promise<Socket> {
  return withShortPath(
    files.consoleSocket,
    (path) =>
      new Promise((resolve, reject) => {
        const socket = createConnection({ path });
        socket.once("error", reject);
        socket.once("connect", () => {
          socket.off("error", reject);
          resolve(socket);
        });
      }),
  );
}
