// Starts a tender under a supervisor, so that it outlives us, and finds out whether it really runs.
import { access, copyFile, link, readFile, rm } from "node:fs/promises";
import { type TenderCommand, tenderArguments } from "@pulumi-unikernel/toolchain";
import { pause } from "../../guests/wait.ts";
import { CONFIGURATION_DESCRIPTOR, type StartedProcess } from "../detached.ts";
import { type GuestLifecycle, PLAIN_LIFECYCLE } from "../lifecycle.ts";
import { hasRestarted, readEnded, startSupervised } from "../supervisor.ts";
import { ask } from "./control.ts";
import { RELATIVE, type SandboxFiles } from "./files.ts";
import { findTender, processAt, type TenderProcess } from "./processes.ts";

const START_TIMEOUT_MS = 30_000;

export interface SandboxEnd {
  readonly exitStatus?: number;
}

type OwnOptions = "guest" | "configurationDescriptor" | "exitFile" | "control" | "readsConsole";

export interface Launch {
  readonly files: SandboxFiles;
  readonly supervisor: string;
  readonly tender: string;
  readonly gateway: string;
  readonly command: Omit<TenderCommand, OwnOptions>;
  readonly lifecycle: GuestLifecycle | undefined;
  readonly configuration: Buffer;
}

/** Returns once the process exists; it may still fail. Gives the time of the start. */
export async function launch(launch: Launch): Promise<StartedProcess> {
  const { files, supervisor, command, configuration } = launch;
  await rm(files.exit, { force: true });
  await rm(files.control, { force: true });
  await keep(launch.tender, files.tender);
  await keep(launch.gateway, files.gateway);
  const args = tenderArguments({
    guest: files.id,
    ...command,
    configurationDescriptor: CONFIGURATION_DESCRIPTOR,
    readsConsole: true,
    exitFile: RELATIVE.exit,
    control: RELATIVE.control,
  });
  return startSupervised({
    files,
    supervisor,
    plan: {
      kind: "process",
      lifecycle: launch.lifecycle ?? PLAIN_LIFECYCLE,
      command: [files.tender, ...args],
    },
    log: files.tenderLog,
    configuration,
    environment: { PATH: process.env.PATH, LC_ALL: "C" },
  });
}

/** A name of the guest's own for a program of the store. */
async function keep(program: string, own: string): Promise<void> {
  await rm(own, { force: true });
  // The store may be on another file system.
  await link(program, own).catch(() => copyFile(program, own));
}

/** Waits until the tender of this process, or its supervisor, answers, or the guest has already ended. Throws what it
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
    const process = await processAt(pid, files);
    if ((await readEnd(files)) !== undefined || (await hasRestarted(files))) return undefined;
    if (process === undefined) throw new Error(await complaintOf(files));
    const answers = await ask(files, "list").then(
      () => true,
      () => false,
    );
    if (answers) return findTender(files, undefined);
    await pause(2, signal);
  }
  throw new Error(`the sandbox did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

/** How the guest ended for good, if it has; the tender tells a status from a signal. */
export async function readEnd(files: SandboxFiles): Promise<SandboxEnd | undefined> {
  const end = await readEnded(files);
  if (end === undefined || (end.kind === "exit" && !(await hasRun(files)))) return undefined;
  const text = end.kind === "exit" ? await readFile(files.exit, "utf8") : "";
  const status = /^exit (\d+)\n$/.exec(text)?.[1];
  return status === undefined ? {} : { exitStatus: Number(status) };
}

function hasRun(files: SandboxFiles): Promise<boolean> {
  return access(files.exit).then(
    () => true,
    () => false,
  );
}

async function complaintOf(files: SandboxFiles): Promise<string> {
  const log = (await readFile(files.tenderLog, "utf8").catch(() => "")).trim();
  return `the sandbox did not start: ${log.replaceAll(/^tender: /gm, "") || "it gave no reason"}`;
}
