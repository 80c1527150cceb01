// What stands in front of a service's replicas: one HAProxy, which outlives us, is described by
// files, and learns of replicas through its runtime API, never by reading its file again.
import { readdir, readFile, rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { startLogged } from "../drivers/detached.ts";
import { type FoundProcess, findAll, stopAll } from "../drivers/guest-processes.ts";
import { replaceFile } from "../drivers/networks/files.ts";
import { findExecutable } from "../drivers/qemu/executable.ts";
import { pause } from "../guests/wait.ts";
import type { ReplicaRecord, ServiceFiles, ServiceRecord } from "./files.ts";
import {
  configurationName,
  configurationText,
  serversOf,
  wantedServers,
} from "./haproxy-configuration.ts";
import { answeringProcess, readUse, setServers } from "./haproxy-control.ts";

export const MISSING_HAPROXY =
  "HAProxy, which stands in front of a Service, was not found. Install it: " +
  "`apt-get install haproxy` (Debian, Ubuntu), `dnf install haproxy` (Fedora), " +
  "`pacman -S haproxy` (Arch)";

const START_TIMEOUT_MS = 10_000;
const CONFIGURATION = /^haproxy\.[0-9a-f]{12}\.cfg$/;

/** Its path, or undefined. Distributions put it where only root's PATH leads. */
export function findHaproxy(path: string = process.env.PATH ?? ""): Promise<string | undefined> {
  return findExecutable("haproxy", `${path}:/usr/sbin:/usr/local/sbin`);
}

/** A process is known by the file that it was started with. */
const roleOf = (args: readonly string[]) => {
  const name = args[1] === "-db" && args[2] === "-f" ? args[3] : undefined;
  return name !== undefined && CONFIGURATION.test(name) ? name : undefined;
};

export function findFronts(files: ServiceFiles): Promise<FoundProcess<string>[]> {
  return findAll(files, roleOf);
}

export function stopFront(files: ServiceFiles): Promise<void> {
  return stopAll(files, roleOf, 0);
}

/** Whether users are answered as the record says. */
export async function isFrontRunning(files: ServiceFiles, record: ServiceRecord): Promise<boolean> {
  const name = configurationName(record.front);
  const answering = await answeringProcess(files);
  return (await findFronts(files)).some(({ pid, role }) => pid === answering && role === name);
}

/** Makes HAProxy run as the record says and know its replicas; does nothing when that is so. A
 * HAProxy with other ports or checks takes over from its predecessor, which finishes its requests. */
export async function applyFront(files: ServiceFiles, record: ServiceRecord): Promise<void> {
  const { front, replicas } = record;
  const name = configurationName(front);
  const host = { processors: cpus().length, isRoot: process.getuid?.() === 0 };
  // Before HAProxy is told: should it die, it starts again with what it was told last.
  await replaceFile(join(files.directory, name), configurationText(front, replicas, host));
  if (!(await isFrontRunning(files, record))) await start(files, name);
  await setServers(files, wantedServers(front, replicas));
}

async function start(files: ServiceFiles, name: string): Promise<void> {
  const program = await findHaproxy();
  if (program === undefined) throw new Error(MISSING_HAPROXY);
  const fronts = await findFronts(files);
  // One that does not answer any more must not stay beside its successor.
  for (const { pid } of fronts.filter(({ role }) => role === name)) process.kill(pid, "SIGKILL");
  const predecessors = fronts.filter(({ role }) => role !== name).map(({ pid }) => String(pid));
  const args = ["-db", "-f", name, ...(predecessors.length === 0 ? [] : ["-sf", ...predecessors])];
  const { pid } = await startLogged({ program, args, directory: files.directory, log: files.log });
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    // Its predecessor answers until it does.
    if ((await answeringProcess(files)) === pid) {
      await removeOtherConfigurations(files, name);
      return;
    }
    if (!(await isThere(pid))) throw new Error(await complaintOf(files));
    await pause(5);
  }
  throw new Error(`the HAProxy of ${files.id} did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

/** A process that has ended, and only nobody has asked how, has no command line. */
async function isThere(pid: number): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return commandLine !== "";
}

async function complaintOf(files: ServiceFiles): Promise<string> {
  const lines = (await readFile(files.log, "utf8").catch(() => "")).split("\n");
  const alerts = lines.filter((line) => line.startsWith("[ALERT]"));
  const said = alerts.map((line) => line.replace(/^\[ALERT\]\s+\(\d+\) : /, "").trim());
  return `HAProxy did not start: ${said.join("; ") || "it gave no reason"}`;
}

async function removeOtherConfigurations(files: ServiceFiles, name: string): Promise<void> {
  for (const other of await readdir(files.directory)) {
    if (CONFIGURATION.test(other) && other !== name) await rm(join(files.directory, other));
  }
}

/** The replicas of which HAProxy believes that they work, at all of their ports; undefined when no
 * HAProxy runs. */
export async function replicasUp(
  files: ServiceFiles,
  record: ServiceRecord,
): Promise<ReadonlySet<string> | undefined> {
  const use = await readUse(files);
  if (use === undefined) return undefined;
  const isUp = (replica: ReplicaRecord) => {
    const servers = serversOf(record.front, replica);
    return servers.length > 0 && servers.every((name) => use.get(name)?.isUp === true);
  };
  return new Set(record.replicas.filter(isUp).map(({ id }) => id));
}

/** Waits until no request of users is under way at a replica; gives up silently after a time. */
export async function awaitUnused(
  files: ServiceFiles,
  { front }: ServiceRecord,
  replica: ReplicaRecord,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + limits.timeoutMs;
  const isUsed = async () => {
    const use = await readUse(files);
    return serversOf(front, replica).some((name) => (use?.get(name)?.sessions ?? 0) > 0);
  };
  for (let waitMs = 5; performance.now() < deadline; waitMs = Math.min(waitMs * 1.5, 250)) {
    if (!(await isUsed())) return;
    await pause(waitMs, limits.signal);
  }
}
