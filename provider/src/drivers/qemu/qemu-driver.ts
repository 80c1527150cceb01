// The driver that runs guests as QEMU processes of this user: no daemon, no privileges.
import { join } from "node:path";
import { ensureSupervisor, openStore } from "@pulumi-unikernel/toolchain";
import { isSameConfiguration } from "../../guests/configuration.ts";
import { lastRun, readTail } from "../../guests/console.ts";
import { guestEnd } from "../../guests/exit-status.ts";
import { givenConfiguration } from "../detached.ts";
import type { GuestSpec, GuestStatus, PortForward } from "../driver.ts";
import { configurationOf } from "../guest-configuration.ts";
import { guestsDirectory, isSameGuest, newRecord, type ProcessIdentity } from "../guest-record.ts";
import { lifecycleOf } from "../lifecycle.ts";
import type { LocalVolumes } from "../local-volumes/local-volumes.ts";
import { ProcessDriver, shutdownTimeoutMs } from "../process-driver.ts";
import { refuseHeld } from "../volume-holders.ts";
import { chooseAccelerator } from "./accelerator.ts";
import { acceptsConnections } from "./accepts.ts";
import { offersConfinement } from "./confinement.ts";
import { withDebugServer } from "./debug-server.ts";
import { findExecutable, MISSING_QEMU } from "./executable.ts";
import { type GuestFiles, guestFiles } from "./files.ts";
import { qemuPorts } from "./forwarder.ts";
import { USER_NETWORK } from "./forwards.ts";
import { awaitStart, launch, readEnd, StartError } from "./launch.ts";
import { findMonitor, findProcesses, type GuestProcess, stopProcesses } from "./processes.ts";
import { withMonitor } from "./qmp.ts";
import { type GuestRecord, readRecord, writeRecord } from "./record.ts";
import { qemuVolumes, volumesOf } from "./volumes.ts";

/** Points at which a crash of ours would leave something half done; tests crash there. */
export type Step = "recorded" | "spawned" | "answered" | "started";

export interface QemuDriverOptions {
  /** Where the directories `guests` and `cache` are. */
  readonly home: string;
  /** QEMU's path; looked for on PATH when absent. */
  readonly executable?: string;
  readonly onStep?: (step: Step) => void;
}

export class QemuDriver extends ProcessDriver<GuestFiles, GuestRecord> {
  readonly name = "qemu";
  readonly volumes: LocalVolumes;
  readonly #home: string;
  readonly #executable: string | undefined;
  readonly #onStep: (step: Step) => void;

  constructor(options: QemuDriverOptions) {
    super(options.home, qemuPorts(options.home));
    this.volumes = qemuVolumes(options.home);
    this.#home = options.home;
    this.#executable = options.executable;
    this.#onStep = options.onStep ?? (() => undefined);
  }

  protected files(id: string): GuestFiles {
    return guestFiles(this.#home, id);
  }

  protected find(files: GuestFiles, recorded: ProcessIdentity | undefined) {
    return findMonitor(files, recorded);
  }

  protected end(files: GuestFiles, shutdownTimeoutMs: number): Promise<void> {
    return stopProcesses(files, shutdownTimeoutMs);
  }

  async unavailable(): Promise<string | null> {
    if (process.platform !== "linux") {
      return `the driver "qemu" needs Linux (it finds processes through /proc), not ${process.platform}`;
    }
    return (await this.#qemu()) === undefined ? MISSING_QEMU : null;
  }

  accepts(
    id: string,
    forward: PortForward,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const { socket } = this.files(id);
    const table = () => withMonitor(socket, (qmp) => qmp.human("info usernet"));
    return acceptsConnections(table, forward, limits);
  }

  debug<Result>(
    id: string,
    { fromStart }: { readonly fromStart: boolean },
    use: (directory: string, socket: string) => Promise<Result>,
  ): Promise<Result> {
    const files = this.files(id);
    return withDebugServer(files, fromStart, (socket) => use(files.directory, socket));
  }

  async apply(spec: GuestSpec, signal: AbortSignal): Promise<GuestStatus> {
    try {
      return await this.#apply(spec, signal);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
      const where = guestsDirectory(this.#home);
      throw new Error(`no space left on device for ${where}; make room and try again`, {
        cause: error,
      });
    }
  }

  async #apply(spec: GuestSpec, signal: AbortSignal): Promise<GuestStatus> {
    const files = this.files(spec.id);
    const attached = await this.networks.attached(spec);
    const expected = configurationOf(spec, USER_NETWORK, attached ?? []);
    const record = await readRecord(files);
    const monitor = await findMonitor(files, record?.process);
    if (monitor !== undefined && record !== undefined && isSameGuest(record, spec)) {
      const running = await givenConfiguration(monitor);
      if (attached && running !== undefined && isSameConfiguration(running, expected)) {
        await this.adopt({ ...record, ...lifecycleOf(spec) }, monitor);
        return this.status(spec.id);
      }
    }
    // Everything that can be refused is refused before anything that runs is touched.
    const executable = await this.#qemu();
    if (executable === undefined) throw new Error(MISSING_QEMU);
    const cache = join(this.#home, "cache");
    const accelerator = await chooseAccelerator(spec.accelerator, executable, cache);
    const isConfined = await offersConfinement(executable, cache);
    const forwards = await this.ports.plan(spec.id, spec.owner, spec.ports);
    await refuseHeld(this, spec.id, spec.volumes);
    const volumes = await volumesOf(this.volumes, spec.volumes);
    await this.networks.demand(spec);
    signal.throwIfAborted();
    const supervisor = await ensureSupervisor(openStore(), { signal });
    await stopProcesses(files, shutdownTimeoutMs(record));
    const planned: GuestRecord = {
      ...newRecord(spec, record?.progress ?? "creating", forwards),
      envNames: Object.keys(spec.env).sort(),
      usedAccelerator: accelerator,
    };
    await writeRecord(files, planned);
    this.#onStep("recorded");
    const attachments = await this.networks.attach(spec, "stream");
    const configuration = configurationOf(spec, USER_NETWORK, attachments);
    const { imagePath, memoryBytes } = spec;
    const machine = { id: spec.id, imagePath, memoryBytes, accelerator, isConfined };
    const line = { ...machine, forwards, volumes, attachments };
    const { lifecycle } = spec;
    const { startedAtMs } = await launch({
      ...{ files, supervisor, executable, line, lifecycle, configuration },
    });
    this.#onStep("spawned");
    const started = await this.#awaitStart(files, planned, signal);
    this.#onStep("answered");
    await this.adopt({ ...planned, startedAtMs }, started);
    this.#onStep("started");
    return this.status(spec.id);
  }

  async status(id: string): Promise<GuestStatus> {
    const files = this.files(id);
    const record = await readRecord(files);
    const known = await this.knownOf(files, record);
    const monitor = await findMonitor(files, record?.process);
    if (monitor !== undefined) {
      // A damaged record does not hide a running guest: QEMU itself knows the ports.
      const ports = record === undefined ? await this.ports.actual(files.id) : known.ports;
      return { ...known, state: "running", ports };
    }
    // Asked before the exit code is read: who still waits for QEMU has not written it yet.
    const isWaitedFor = (await findProcesses(files)).length > 0;
    const end = await readEnd(files);
    if (end !== undefined) {
      // Read again: it may have been started a last time in between.
      const known = await this.knownOf(files, record);
      return { ...known, ...guestEnd(end, lastRun(await readTail(files.consoleLog))) };
    }
    if (isWaitedFor) return { ...known, state: "starting" };
    return record === undefined ? { state: "absent", ports: [] } : { ...known, state: "stopped" };
  }

  async #qemu(): Promise<string | undefined> {
    return this.#executable ?? (await findExecutable());
  }

  async #awaitStart(
    files: GuestFiles,
    record: GuestRecord,
    signal: AbortSignal,
  ): Promise<GuestProcess | undefined> {
    try {
      return await awaitStart(files, signal);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      // The port was free a moment ago: say who was faster.
      const fixed = record.forwards.filter((forward) => forward !== null);
      const problems = await this.ports.problems(record.owner, fixed);
      if (!/host forwarding rule/.test(error.message) || problems.length === 0) throw error;
      throw new Error(problems.map(({ reason }) => reason).join("; "), { cause: error });
    }
  }
}
