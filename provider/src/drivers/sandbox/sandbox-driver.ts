// The driver that runs images of the platform "linux" as processes that a tender confines.
import {
  chooseGatewayPorts,
  ensureGateway,
  ensureSupervisor,
  ensureTender,
  gatewayCommand,
  gatewayNetwork,
  openStore,
} from "@pulumi-unikernel/toolchain";
import { isSameConfiguration } from "../../guests/configuration.ts";
import { lastRun, readTail } from "../../guests/console.ts";
import { givenConfiguration } from "../detached.ts";
import type { GuestSpec, GuestStatus, PortForward } from "../driver.ts";
import { configurationOf } from "../guest-configuration.ts";
import { isSameGuest, newRecord, type ProcessIdentity } from "../guest-record.ts";
import { lifecycleOf } from "../lifecycle.ts";
import { LocalVolumes } from "../local-volumes/local-volumes.ts";
import { socketName } from "../networks/members.ts";
import { ProcessDriver, shutdownTimeoutMs } from "../process-driver.ts";
import { deviceName, type GuestVolume } from "../volume-driver.ts";
import { refuseHeld } from "../volume-holders.ts";
import { acceptsConnections } from "./accepts.ts";
import { sandboxPorts, tenderForward } from "./control.ts";
import { RELATIVE, type SandboxFiles, sandboxFiles } from "./files.ts";
import { awaitStart, launch, readEnd } from "./launch.ts";
import { findProcesses, findTender, stopProcesses } from "./processes.ts";
import { readRecord, type SandboxRecord, writeRecord } from "./record.ts";

/** Points at which a crash of ours would leave something half done; tests crash there. */
export type Step = "recorded" | "spawned" | "answered" | "started";

export interface SandboxDriverOptions {
  /** Where the directory `guests` is. */
  readonly home: string;
  readonly onStep?: (step: Step) => void;
}

/** Ports that no server uses; the first that a guest does not forward stands for "nobody". */
const UNSERVED = Array.from({ length: 65 }, (_, index) => index + 1);
const CRASH_LINE = /^\[unikernel\] crash \{/m;

export class SandboxDriver extends ProcessDriver<SandboxFiles, SandboxRecord> {
  readonly name = "sandbox";
  readonly volumes: LocalVolumes;
  readonly #home: string;
  readonly #onStep: (step: Step) => void;

  constructor(options: SandboxDriverOptions) {
    super(options.home, sandboxPorts(options.home));
    this.volumes = new LocalVolumes({
      home: options.home,
      driver: "sandbox",
      formatProblem: async (format) =>
        format === "raw" ? null : 'sandboxed guests have no disks of this format; use "raw"',
    });
    this.#home = options.home;
    this.#onStep = options.onStep ?? (() => undefined);
  }

  protected files(id: string): SandboxFiles {
    return sandboxFiles(this.#home, id);
  }

  protected find(files: SandboxFiles, recorded: ProcessIdentity | undefined) {
    return findTender(files, recorded);
  }

  protected end(files: SandboxFiles, shutdownTimeoutMs: number): Promise<void> {
    return stopProcesses(files, shutdownTimeoutMs);
  }

  async unavailable(): Promise<string | null> {
    if (process.platform !== "linux" || process.arch !== "x64") {
      return `the driver "sandbox" needs Linux on x86_64, not ${process.platform} on ${process.arch}`;
    }
    return null;
  }

  async accepts(
    id: string,
    forward: PortForward,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const inner = (await readRecord(this.files(id)))?.inner ?? [];
    const port = inner.find(
      ({ protocol, guest }) => protocol === forward.protocol && guest === forward.guest,
    );
    const nobody = inner.at(-1);
    if (port === undefined || nobody === undefined) return false;
    return acceptsConnections(port, nobody, limits);
  }

  async apply(spec: GuestSpec, signal: AbortSignal): Promise<GuestStatus> {
    const files = this.files(spec.id);
    const attached = await this.networks.attached(spec);
    const expected = configurationOf(spec, gatewayNetwork, attached ?? []);
    const record = await readRecord(files);
    const running = await findTender(files, record?.process);
    if (running !== undefined && record !== undefined && isSameGuest(record, spec)) {
      const given = await givenConfiguration(running);
      if (attached && given !== undefined && isSameConfiguration(given, expected)) {
        const adopted = { ...record, ...lifecycleOf(spec) };
        await this.adopt(adopted, await awaitStart(files, running.pid, signal));
        return this.status(spec.id);
      }
    }
    // Everything that can be refused is refused before anything that runs is touched.
    const tender = await ensureTender(openStore(), { signal });
    const gateway = await ensureGateway(openStore(), { signal });
    const supervisor = await ensureSupervisor(openStore(), { signal });
    const forwards = await this.ports.plan(spec.id, spec.owner, spec.ports);
    await refuseHeld(this, spec.id, spec.volumes);
    const blocks = await this.#blocks(spec.volumes);
    await this.networks.demand(spec);
    signal.throwIfAborted();
    await stopProcesses(files, shutdownTimeoutMs(record));
    const inner = await chooseGatewayPorts(wantedInside(spec.ports));
    const planned: SandboxRecord = {
      ...newRecord(spec, record?.progress ?? "creating", forwards),
      driver: "sandbox",
      inner,
    };
    await writeRecord(files, planned);
    this.#onStep("recorded");
    const attachments = await this.networks.attach(spec, "handed");
    const configuration = configurationOf(spec, gatewayNetwork, attachments);
    const command = {
      image: spec.imagePath,
      memoryBytes: spec.memoryBytes,
      blocks,
      switches: attachments.map(({ mac, index }) => ({ mac, path: socketName(index) })),
      forwards: forwards.map((forward) => tenderForward(forward, inner)),
      helper: gatewayCommand(RELATIVE.gateway, inner),
    };
    const { lifecycle } = spec;
    const { pid, startedAtMs } = await launch({
      ...{ files, supervisor, tender, gateway, command, lifecycle, configuration },
    });
    this.#onStep("spawned");
    const started = await awaitStart(files, pid, signal);
    this.#onStep("answered");
    await this.adopt({ ...planned, startedAtMs }, started);
    this.#onStep("started");
    return this.status(spec.id);
  }

  /** The tender locks the files for as long as the guest's process has them. */
  #blocks(volumes: readonly GuestVolume[] = []) {
    return Promise.all(
      volumes.map(async ({ volume, readOnly }, index) => {
        const { path } = await this.volumes.disk(volume);
        return { name: deviceName(index), path, readOnly };
      }),
    );
  }

  async status(id: string): Promise<GuestStatus> {
    const files = this.files(id);
    const record = await readRecord(files);
    const known = await this.knownOf(files, record);
    if ((await findTender(files, record?.process)) !== undefined) {
      return { ...known, state: "running" };
    }
    // Asked before the end is read: who waits for the next start has not written it yet.
    const isWaitedFor = (await findProcesses(files)).length > 0;
    const end = await readEnd(files);
    if (end !== undefined) {
      // Read again: it may have been started a last time in between.
      const known = await this.knownOf(files, record);
      const hasCrashed = CRASH_LINE.test(lastRun(await readTail(files.consoleLog)));
      return { ...known, state: hasCrashed ? "crashed" : "stopped", ...end };
    }
    if (isWaitedFor) return { ...known, state: "starting" };
    return record === undefined ? { state: "absent", ports: [] } : { ...known, state: "stopped" };
  }
}

/** Each port of the guest once, and at the end one that nobody serves. */
function wantedInside(ports: readonly PortForward[]) {
  const wanted = ports.map(({ protocol, guest }) => ({ protocol, guest }));
  const unique = [...new Map(wanted.map((one) => [`${one.protocol} ${one.guest}`, one])).values()];
  const nobody = UNSERVED.find((port) => ports.every(({ guest }) => guest !== port)) ?? 1;
  return [...unique, { protocol: "tcp" as const, guest: nobody }];
}
