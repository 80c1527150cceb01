// Starts a tender so that it outlives us, and finds out whether it really runs.
import { closeSync, openSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { type TenderCommand, tenderArguments } from "@pulumi-unikernel/toolchain";
import { pause } from "../../guests/wait.ts";
import {
  CONFIGURATION_DESCRIPTOR,
  keepPreviousConsole,
  openConfiguration,
  type StartedProcess,
  startDetached,
} from "../detached.ts";
import { ask } from "./control.ts";
import { RELATIVE, type SandboxFiles } from "./files.ts";
import { type TenderProcess, tenderAt } from "./processes.ts";

const START_TIMEOUT_MS = 30_000;

export interface SandboxEnd {
  readonly exitStatus?: number;
}

/** Returns once the process exists; it may still fail. */
export async function launch(
  files: SandboxFiles,
  tender: string,
  command: Omit<TenderCommand, "guest" | "configurationDescriptor" | "exitFile" | "control">,
  configuration: Buffer,
): Promise<StartedProcess> {
  await rm(files.exit, { force: true });
  await rm(files.control, { force: true });
  await keepPreviousConsole(files);
  const opened: number[] = [];
  const open = (path: string, flags: string) => {
    const descriptor = openSync(path, flags, 0o600);
    opened.push(descriptor);
    return descriptor;
  };
  try {
    const console = open(files.consoleLog, "a");
    const log = open(files.tenderLog, "w");
    const secret = openConfiguration(files.directory, configuration);
    opened.push(secret);
    const args = tenderArguments({
      ...command,
      guest: files.id,
      configurationDescriptor: CONFIGURATION_DESCRIPTOR,
      exitFile: RELATIVE.exit,
      control: RELATIVE.control,
    });
    return await startDetached({
      program: tender,
      args,
      directory: files.directory,
      stdio: ["ignore", console, log, secret],
      environment: { PATH: process.env.PATH, LC_ALL: "C" },
    });
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** Waits until the tender, this process, answers, or the guest has already ended. Throws what it
 * says otherwise. */
export async function awaitStart(
  files: SandboxFiles,
  pid: number,
  signal: AbortSignal,
): Promise<TenderProcess | undefined> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    // Asked before the file is read: who still runs has not written it yet.
    const tender = await tenderAt(pid, files);
    if ((await readEnd(files)) !== undefined) return undefined;
    if (tender === undefined) throw new Error(await complaintOf(files));
    const answers = await ask(files, "list").then(
      () => true,
      () => false,
    );
    if (answers) return tender;
    await pause(2, signal);
  }
  throw new Error(`the sandbox did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

/** How the guest ended, if it has: "exit 3" or "signal 9". */
export async function readEnd(files: SandboxFiles): Promise<SandboxEnd | undefined> {
  const text = await readFile(files.exit, "utf8").catch(() => "");
  const [, kind, number] = /^(exit|signal) (\d+)\n$/.exec(text) ?? [];
  if (kind === undefined) return undefined;
  return kind === "exit" ? { exitStatus: Number(number) } : {};
}

async function complaintOf(files: SandboxFiles): Promise<string> {
  const log = (await readFile(files.tenderLog, "utf8").catch(() => "")).trim();
  return `the sandbox did not start: ${log.replaceAll(/^tender: /gm, "") || "it gave no reason"}`;
}
