// What drivers have in common whose guests are processes of this user: a record and a console in
// the guest's directory, and the table of ports.
import { rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { decodeConfiguration } from "../guests/configuration.ts";
import { readFrom, tailOf } from "../guests/console.ts";
import { givenConfiguration } from "./detached.ts";
import type {
  Driver,
  GuestProgress,
  GuestSpec,
  GuestStatus,
  GuestSummary,
  PortForward,
} from "./driver.ts";
import { addEvent } from "./events.ts";
import { type CommonRecord, type ProcessIdentity, summaryOf } from "./guest-record.ts";
import { type GuestLifecycle, PLAIN_LIFECYCLE } from "./lifecycle.ts";
import { LocalNetworks } from "./networks/local-networks.ts";
import { addressesOf, type WantedNetwork } from "./networks/networks.ts";
import { type PortBackend, PortTable } from "./port-table.ts";
import { openConsole, readState, type SupervisedFiles } from "./supervisor.ts";

export abstract class ProcessDriver<Files extends SupervisedFiles, Kept extends CommonRecord>
  implements Driver
{
  abstract readonly name: string;
  protected readonly ports: PortTable<Kept>;
  protected readonly networks: LocalNetworks;
  readonly #records: PortBackend<Kept>;
  readonly #home: string;

  constructor(home: string, records: PortBackend<Kept>) {
    this.#home = home;
    this.#records = records;
    this.ports = new PortTable(records);
    this.networks = new LocalNetworks({ home });
  }

  protected abstract files(id: string): Files;
  /** The guest's process: the recorded one or, after a crash of ours, whatever is found. */
  protected abstract find(
    files: Files,
    recorded: ProcessIdentity | undefined,
  ): Promise<ProcessIdentity | undefined>;
  /** Ends all processes of a guest. */
  protected abstract end(files: Files, shutdownTimeoutMs: number): Promise<void>;

  abstract unavailable(): Promise<string | null>;
  abstract apply(spec: GuestSpec, signal: AbortSignal): Promise<GuestStatus>;
  abstract status(id: string): Promise<GuestStatus>;
  abstract accepts(
    id: string,
    forward: PortForward,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<boolean>;

  async guests(): Promise<readonly GuestSummary[]> {
    return (await this.#records.readAll()).map(summaryOf);
  }

  async mark(id: string, owner: string, progress: GuestProgress): Promise<void> {
    const record = await this.#records.read(id);
    if (record === undefined || (record.owner === owner && record.progress === progress)) return;
    await this.#records.write({ ...record, owner, progress });
    if (record.owner !== owner) await this.networks.own(id, owner);
  }

  async setLifecycle(id: string, lifecycle: GuestLifecycle): Promise<void> {
    const record = await this.#records.read(id);
    if (record !== undefined) await this.#records.write({ ...record, lifecycle });
  }

  openConsole(id: string): Promise<Socket> {
    return openConsole(this.files(id));
  }

  async configuration(id: string): Promise<Pick<GuestSpec, "args" | "env"> | undefined> {
    const running = await this.find(this.files(id), (await this.#records.read(id))?.process);
    const bytes = running === undefined ? undefined : await givenConfiguration(running);
    const decoded = bytes === undefined ? undefined : decodeConfiguration(bytes);
    return decoded === undefined ? undefined : { args: decoded.args, env: decoded.env };
  }

  note(id: string, what: string): Promise<void> {
    return addEvent(this.#home, id, what);
  }

  async processOf(id: string): Promise<ProcessIdentity | undefined> {
    return this.find(this.files(id), (await this.#records.read(id))?.process);
  }

  portProblems(owner: string, ports: readonly PortForward[]) {
    return this.ports.problems(owner, ports);
  }

  networkProblems(owner: string, networks: readonly WantedNetwork[]) {
    return this.networks.problems(owner, networks);
  }

  async takePorts(id: string, ports: readonly PortForward[]): Promise<readonly PortForward[]> {
    const taken = await this.ports.take(id, ports);
    await this.networks.takeNames(id);
    return taken;
  }

  async stop(id: string): Promise<void> {
    await this.end(this.files(id), shutdownTimeoutMs(await this.#records.read(id)));
  }

  async remove(id: string): Promise<void> {
    const files = this.files(id);
    const record = await this.#records.read(id);
    const mayHaveTaken = record?.ports.some(({ host }) => host !== 0) === true;
    await this.end(files, shutdownTimeoutMs(record));
    await this.networks.release(id);
    await rm(files.directory, { recursive: true, force: true });
    // A successor that never became healthy may have been killed while it took the ports.
    if (mayHaveTaken) await this.ports.giveBack(record.owner);
    if (record !== undefined) await this.note(id, "removed");
  }

  async readConsole(id: string, offset: number): Promise<Buffer> {
    return readFrom(this.files(id).consoleLog, offset);
  }

  async consoleTail(id: string, lines: number): Promise<readonly string[]> {
    return tailOf(this.files(id).consoleLog, lines);
  }

  /** What is known of a guest in whatever state it is. */
  protected async knownOf(
    files: Files,
    record: Kept | undefined,
  ): Promise<
    Pick<GuestStatus, "ports" | "consoleLogPath" | "startedAt" | "restarts" | "addresses">
  > {
    const { restarts = 0, startedAtMs } = (await readState(files)) ?? {};
    const latestMs = restarts === 0 ? record?.startedAtMs : startedAtMs;
    const attachments = record === undefined ? [] : ((await this.networks.attached(record)) ?? []);
    return {
      ports: record?.forwards.filter((forward) => forward !== null) ?? [],
      consoleLogPath: files.consoleLog,
      restarts,
      ...(latestMs === undefined ? {} : { startedAt: new Date(latestMs) }),
      ...(attachments.length === 0 ? {} : { addresses: addressesOf(attachments) }),
    };
  }

  /** Completes the record of a process that runs, with the ports that the system chose. */
  protected async adopt(record: Kept, running: ProcessIdentity | undefined): Promise<void> {
    if (running === undefined) return this.#records.write(record);
    const { pid, startTicks } = running;
    const forwards = await this.ports.resolve(record);
    await this.#records.write({ ...record, forwards, process: { pid, startTicks } });
  }
}

/** How long a recorded guest is given to end. */
export function shutdownTimeoutMs(record: CommonRecord | undefined): number {
  return (record?.lifecycle ?? PLAIN_LIFECYCLE).shutdownTimeoutMs;
}
