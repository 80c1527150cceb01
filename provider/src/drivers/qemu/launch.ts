// Starts QEMU under a supervisor, so that it outlives us, and finds out whether it really runs.
import { readFile, rm } from "node:fs/promises";
import type { ProcessEnd } from "../../guests/exit-status.ts";
import { pause } from "../../guests/wait.ts";
import { CONFIGURATION_DESCRIPTOR, type StartedProcess } from "../detached.ts";
import { type GuestLifecycle, PLAIN_LIFECYCLE } from "../lifecycle.ts";
import { hasRestarted, readEnded, startSupervised } from "../supervisor.ts";
import { type CommandLine, qemuArguments } from "./command-line.ts";
import type { GuestFiles } from "./files.ts";
import { type GuestProcess, monitorOfPidFile } from "./processes.ts";
import { Qmp } from "./qmp.ts";

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
  readonly supervisor: string;
  readonly executable: string;
  readonly line: Omit<CommandLine, "configurationDescriptor">;
  readonly lifecycle: GuestLifecycle | undefined;
  readonly configuration: Buffer;
}

/** Returns once the process exists; QEMU itself may still fail. Gives the time of the start. */
export async function launch(launch: Launch): Promise<StartedProcess> {
  const { files, supervisor, executable, line, configuration } = launch;
  await rm(files.pid, { force: true });
  await rm(files.socket, { force: true });
  const args = qemuArguments({ ...line, configurationDescriptor: CONFIGURATION_DESCRIPTOR });
  return startSupervised({
    files,
    supervisor,
    plan: {
      kind: "qemu",
      lifecycle: launch.lifecycle ?? PLAIN_LIFECYCLE,
      command: [executable, ...args],
    },
    log: files.monitorLog,
    configuration,
    environment: monitorEnvironment(),
  });
}

/** Waits until QEMU answers, or the guest has already ended, perhaps to be started again. Throws what QEMU says otherwise. */
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
      if (output !== "") throw new StartError(output);
      return undefined;
    }
    if (await hasRestarted(files)) return undefined;
    // QEMU writes its pid early and answers once the guest is about to run.
    const monitor = await monitorOfPidFile(files);
    if (monitor !== undefined && (await answers(files))) return monitor;
    await pause(2, signal);
  }
  throw new StartError(`it did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

/** How QEMU ended, if it has. */
export async function readEnd(files: GuestFiles): Promise<ProcessEnd | undefined> {
  const end = await readEnded(files);
  if (end === undefined) return undefined;
  return end.kind === "exit"
    ? { code: end.number, killed: false }
    : { code: 128 + end.number, killed: true };
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
