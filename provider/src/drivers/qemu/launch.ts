// Starts QEMU so that it outlives us, and finds out whether it really runs.
//
// A shell stands between us and QEMU and does nothing but wait, so that the exit status is
// written down although the provider may be gone by then. Deriving it from the console would
// lose every status below 127. The shell gets QEMU's arguments as "$@": nothing is parsed again.
import { closeSync, openSync } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import type { ProcessEnd } from "../../guests/exit-status.ts";
import { pause } from "../../guests/wait.ts";
import {
  CONFIGURATION_DESCRIPTOR,
  keepPreviousConsole,
  openConfiguration,
  startDetached,
} from "../detached.ts";
import { type CommandLine, qemuArguments } from "./command-line.ts";
import { type GuestFiles, RELATIVE } from "./files.ts";
import { type GuestProcess, monitorOfPidFile } from "./processes.ts";
import { Qmp } from "./qmp.ts";

const WAITER = `umask 077; "$@"; echo $? >${RELATIVE.exit}.new && mv ${RELATIVE.exit}.new ${RELATIVE.exit}`;
const START_TIMEOUT_MS = 30_000;

/** QEMU ended before it ran the guest. */
export class StartError extends Error {
  /** What QEMU wrote. */
  readonly output: string;
  constructor(output: string) {
    super(`QEMU did not start: ${output === "" ? "it gave no reason" : output}`);
    this.name = "StartError";
    this.output = output;
  }
}

export interface Launch {
  readonly files: GuestFiles;
  readonly executable: string;
  readonly line: Omit<CommandLine, "configurationDescriptor">;
  readonly configuration: Buffer;
}

/** Returns once the process exists; QEMU itself may still fail. Gives the time of the start. */
export async function launch({
  files,
  executable,
  line,
  configuration,
}: Launch): Promise<{ readonly startedAtMs: number }> {
  await rm(files.exit, { force: true });
  await rm(files.pid, { force: true });
  await rm(files.socket, { force: true });
  await keepPreviousConsole(files);
  const descriptor = openConfiguration(files.directory, configuration);
  try {
    const log = openSync(files.monitorLog, "w", 0o600);
    try {
      const args = qemuArguments({ ...line, configurationDescriptor: CONFIGURATION_DESCRIPTOR });
      return await startDetached({
        program: "/bin/sh",
        args: ["-c", WAITER, "sh", executable, ...args],
        directory: files.directory,
        stdio: ["ignore", log, log, descriptor],
        environment: monitorEnvironment(),
      });
    } finally {
      closeSync(log);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Waits until QEMU answers, or the guest has already ended. Throws what QEMU says otherwise. */
export async function awaitStart(
  files: GuestFiles,
  signal: AbortSignal,
): Promise<GuestProcess | undefined> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const end = await readEnd(files);
    if (end !== undefined) {
      const output = await monitorOutput(files);
      if (output !== "" || end.code === 126 || end.code === 127) throw new StartError(output);
      return undefined;
    }
    // QEMU writes its pid early and answers once the guest is about to run.
    const monitor = await monitorOfPidFile(files);
    if (monitor !== undefined && (await answers(files))) return monitor;
    await pause(2, signal);
  }
  throw new StartError(`it did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

/** How QEMU ended, if it has. */
export async function readEnd(files: GuestFiles): Promise<ProcessEnd | undefined> {
  const text = await readFile(files.exit, "utf8").catch(() => "");
  if (!/^\d+\n$/.test(text)) return undefined;
  // An orderly QEMU removes its pid file; who is killed cannot. It tells exit code 137 (a guest's
  // status 68) from SIGKILL.
  const killed = await stat(files.pid).then(
    () => true,
    () => false,
  );
  return { code: Number(text), killed };
}

/** QEMU's own errors, without warnings. */
export async function monitorOutput(files: GuestFiles): Promise<string> {
  const text = await readFile(files.monitorLog, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !/: warning: /.test(line))
    .map((line) => line.replace(/^(\/\S*\/)?qemu-system-\w+: /, ""))
    .slice(-10)
    .join("\n");
}

/** Nothing of our own environment, which holds credentials, may live on in a guest's process. */
function monitorEnvironment(): NodeJS.ProcessEnv {
  const names = ["PATH", "HOME", "TMPDIR", "XDG_RUNTIME_DIR"];
  const kept = names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}

async function answers(files: GuestFiles): Promise<boolean> {
  try {
    const qmp = await Qmp.connect(files.socket);
    qmp.close();
    return true;
  } catch {
    return false;
  }
}
