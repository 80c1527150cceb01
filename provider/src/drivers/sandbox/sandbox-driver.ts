// The driver that runs images of the platform "linux" as processes that a tender confines.
import { rm } from "node:fs/promises";
import {
  choosePasstPorts,
  ensureTender,
  findPasst,
  missingPasst,
  openStore,
  passtCommand,
  passtNetwork,
} from "@pulumi-unikernel/toolchain";
import {
  decodeConfiguration,
  encodeConfiguration,
  isSameConfiguration,
} from "../../guests/configuration.ts";
import { readFrom, readTail, tailOf } from "../../guests/console.ts";
import type {
  Driver,
  GuestProgress,
  GuestSpec,
  GuestStatus,
  GuestSummary,
  PortForward,
} from "../driver.ts";
import { isSameGuest, summaryOf } from "../guest-record.ts";
import { PortTable } from "../port-table.ts";
import { acceptsConnections } from "./accepts.ts";
import { sandboxPorts, tenderForward } from "./control.ts";
import { type SandboxFiles, sandboxFiles } from "./files.ts";
import { awaitStart, launch, readEnd, runningConfiguration } from "./launch.ts";
import { findTender, stopTender, type TenderProcess } from "./processes.ts";
import { readRecord, readRecords, type SandboxRecord, writeRecord } from "./record.ts";

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

export class SandboxDriver implements Driver {
  readonly name = "sandbox";
  readonly #home: string;
  readonly #onStep: (step: Step) => void;
  readonly #ports: PortTable<SandboxRecord>;

  constructor(options: SandboxDriverOptions) {
    this.#home = options.home;
    this.#onStep = options.onStep ?? (() => undefined);
    this.#ports = new PortTable(sandboxPorts(options.home));
  }

  async unavailable(): Promise<string | null> {
    if (process.platform !== "linux" || process.arch !== "x64") {
      return `the driver "sandbox" needs Linux on x86_64, not ${process.platform} on ${process.arch}`;
    }
    return (await findPasst()) === undefined ? missingPasst : null;
  }

  async guests(): Promise<readonly GuestSummary[]> {
    return (await readRecords(this.#home)).map(summaryOf);
  }

  async mark(id: string, owner: string, progress: GuestProgress): Promise<void> {
    const files = sandboxFiles(this.#home, id);
    const record = await readRecord(files);
    if (record === undefined || (record.owner === owner && record.progress === progress)) return;
    await writeRecord(files, { ...record, owner, progress });
  }

  async configuration(id: string): Promise<Pick<GuestSpec, "args" | "env"> | undefined> {
    const files = sandboxFiles(this.#home, id);
    const tender = await findTender(files, (await readRecord(files))?.process);
    const bytes = tender === undefined ? undefined : await runningConfiguration(tender);
    const decoded = bytes === undefined ? undefined : decodeConfiguration(bytes);
    return decoded === undefined ? undefined : { args: decoded.args, env: decoded.env };
  }

  portProblems(owner: string, ports: readonly PortForward[]) {
    return this.#ports.problems(owner, ports);
  }

  takePorts(id: string, ports: readonly PortForward[]): Promise<readonly PortForward[]> {
    return this.#ports.take(id, ports);
  }

  async accepts(
    id: string,
    forward: PortForward,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const inner = (await readRecord(sandboxFiles(this.#home, id)))?.inner ?? [];
    const port = inner.find(
      ({ protocol, guest }) => protocol === forward.protocol && guest === forward.guest,
    );
    const nobody = inner.at(-1);
    if (port === undefined || nobody === undefined) return false;
    return acceptsConnections(port, nobody, limits);
  }

  async apply(spec: GuestSpec, signal: AbortSignal): Promise<GuestStatus> {
    const files = sandboxFiles(this.#home, spec.id);
    const { guest, prefixBits, gateway, dns } = passtNetwork;
    const configuration = encodeConfiguration({
      args: spec.args,
      env: spec.env,
      network: { address: `${guest}/${prefixBits}`, gateway, dns },
      clockRealtimeNs: BigInt(Date.now()) * 1_000_000n,
    });
    const record = await readRecord(files);
    const running = await findTender(files, record?.process);
    if (running !== undefined && record !== undefined && isSameGuest(record, spec)) {
      const given = await runningConfiguration(running);
      if (given !== undefined && isSameConfiguration(given, configuration)) {
        await this.#adopt(files, record, await awaitStart(files, signal));
        return this.status(spec.id);
      }
    }
    // Everything that can be refused is refused before anything that runs is touched.
    const passt = await findPasst();
    if (passt === undefined) throw new Error(missingPasst);
    const tender = await ensureTender(openStore(), { signal });
    const forwards = await this.#ports.plan(spec.id, spec.owner, spec.ports);
    signal.throwIfAborted();
    await stopTender(files);
    const inner = await choosePasstPorts(wantedInside(spec.ports));
    const planned: SandboxRecord = {
      format: 1,
      driver: "sandbox",
      id: spec.id,
      owner: spec.owner,
      progress: record?.progress ?? "creating",
      digest: spec.digest,
      imagePath: spec.imagePath,
      memoryBytes: spec.memoryBytes,
      cpus: spec.cpus,
      ports: spec.ports,
      forwards,
      inner,
      accelerator: spec.accelerator,
      startedAtMs: Date.now(),
    };
    await writeRecord(files, planned);
    this.#onStep("recorded");
    const command = {
      image: spec.imagePath,
      memoryBytes: spec.memoryBytes,
      forwards: forwards.map((forward) => tenderForward(forward, inner)),
      helper: passtCommand(passt, inner),
    };
    const { startedAtMs } = await launch(files, tender, command, configuration);
    this.#onStep("spawned");
    const started = await awaitStart(files, signal);
    this.#onStep("answered");
    await this.#adopt(files, { ...planned, startedAtMs }, started);
    this.#onStep("started");
    return this.status(spec.id);
  }

  async status(id: string): Promise<GuestStatus> {
    const files = sandboxFiles(this.#home, id);
    const record = await readRecord(files);
    const known = {
      ports: record?.forwards.filter((forward) => forward !== null) ?? [],
      consoleLogPath: files.consoleLog,
      ...(record === undefined ? {} : { startedAt: new Date(record.startedAtMs) }),
    };
    if ((await findTender(files, record?.process)) !== undefined) {
      return { ...known, state: "running" };
    }
    const end = await readEnd(files);
    if (end !== undefined) {
      const hasCrashed = CRASH_LINE.test(await readTail(files.consoleLog));
      return { ...known, state: hasCrashed ? "crashed" : "stopped", ...end };
    }
    return record === undefined ? { state: "absent", ports: [] } : { ...known, state: "stopped" };
  }

  async remove(id: string): Promise<void> {
    const files = sandboxFiles(this.#home, id);
    const owner = (await readRecord(files))?.owner;
    await stopTender(files);
    await rm(files.directory, { recursive: true, force: true });
    // A successor that never became healthy may have been killed while it took the ports.
    if (owner !== undefined) await this.#ports.giveBack(owner);
  }

  readConsole(id: string, offset: number): Promise<Buffer> {
    return readFrom(sandboxFiles(this.#home, id).consoleLog, offset);
  }

  consoleTail(id: string, lines: number): Promise<readonly string[]> {
    return tailOf(sandboxFiles(this.#home, id).consoleLog, lines);
  }

  /** Completes the record of a process that runs, with the ports that the system chose. */
  async #adopt(
    files: SandboxFiles,
    record: SandboxRecord,
    tender: TenderProcess | undefined,
  ): Promise<void> {
    if (tender === undefined) return writeRecord(files, record);
    const { pid, startTicks } = tender;
    const forwards = await this.#ports.resolve(record);
    await writeRecord(files, { ...record, forwards, process: { pid, startTicks } });
  }
}

/** Each port of the guest once, and at the end one that nobody serves. */
function wantedInside(ports: readonly PortForward[]) {
  const wanted = ports.map(({ protocol, guest }) => ({ protocol, guest }));
  const unique = [...new Map(wanted.map((one) => [`${one.protocol} ${one.guest}`, one])).values()];
  const nobody = UNSERVED.find((port) => ports.every(({ guest }) => guest !== port)) ?? 1;
  return [...unique, { protocol: "tcp" as const, guest: nobody }];
}
