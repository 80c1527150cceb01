// The driver that runs guests as domains of a libvirt host, here or elsewhere.
import type { Duplex } from "node:stream";
import { decodeConfiguration, isSameConfiguration } from "../../guests/configuration.ts";
import { lastLines } from "../../guests/console.ts";
import type {
  Driver,
  GuestProgress,
  GuestSpec,
  GuestStatus,
  GuestSummary,
  PortForward,
} from "../driver.ts";
import { isSameGuest, newRecord, summaryOf } from "../guest-record.ts";
import { type GuestLifecycle, lifecycleOf, PLAIN_LIFECYCLE } from "../lifecycle.ts";
import { addressesOf, type WantedNetwork } from "../networks/networks.ts";
import { refuseHeld } from "../volume-holders.ts";
import { Connections } from "./connections.ts";
import { type Domain, Domains, isActiveState } from "./domains.ts";
import { editsOf, isSameForward } from "./edits.ts";
import { LibvirtError } from "./errors.ts";
import { configurationOf, restartIn } from "./guest-configuration.ts";
import { GuestVolumes } from "./guest-volumes.ts";
import { HostNetworks } from "./host-networks.ts";
import { HostVolumes } from "./host-volumes.ts";
import { type Hypervisor, hypervisorOf } from "./hypervisor.ts";
import { MissingLibvirtError } from "./library.ts";
import { NetworkChoice, type PlaceOptions } from "./network-choice.ts";
import { recordsOf } from "./port-host.ts";
import { formatRecord, type GuestRecord, parseRecord } from "./record.ts";
import { type HostUri, parseHostUri, poolsOf } from "./uri.ts";

/** Points at which a crash of ours would leave something half done; tests crash there. */
export type Step = "recorded" | "prepared" | "started" | "forwarded" | "running";

export interface LibvirtDriverOptions extends PlaceOptions {
  /** Our directory on this machine. */
  readonly home: string;
  /** Where a user's session keeps what is gone after it; XDG_RUNTIME_DIR when absent. */
  readonly runtime?: string | undefined;
  readonly onStep?: (step: Step) => void;
}

export class LibvirtDriver implements Driver {
  readonly name = "libvirt";
  readonly volumes: HostVolumes;
  readonly address?: string;
  readonly #options: LibvirtDriverOptions;
  readonly #host: HostUri;
  readonly #hypervisor: Hypervisor;
  readonly #connections: Connections;
  readonly #domains: Domains;
  readonly #volumes: GuestVolumes;
  readonly ownNetworks: HostNetworks;
  readonly #reach: NetworkChoice;

  constructor(options: LibvirtDriverOptions) {
    const host = parseHostUri(options.uri);
    if (host === undefined) throw new Error(`"${options.uri}" is no URI of a libvirt host`);
    this.#options = options;
    this.#host = host;
    this.#hypervisor = hypervisorOf(host);
    this.#connections = new Connections(options.uri);
    this.#domains = new Domains(this.#connections);
    const { home, runtime = process.env.XDG_RUNTIME_DIR } = options;
    const pools = poolsOf(host, { home, runtime });
    this.#volumes = new GuestVolumes(this.#connections, pools);
    const { disks } = this.#hypervisor;
    this.volumes = new HostVolumes(this.#connections, pools.disk, this.#domains, disks);
    this.ownNetworks = new HostNetworks(this.#connections, pools.disk, this.#domains);
    this.#reach = new NetworkChoice(options, host, this.#domains, this.ownNetworks);
    const address = options.place?.address.split("/")[0];
    if (address !== undefined) this.address = address;
  }

  /** Lets go of the host; guests run on. */
  close(): Promise<void> {
    return this.#connections.close();
  }

  async unavailable(): Promise<string | null> {
    try {
      return await this.#reach.usual.unavailable();
    } catch (error) {
      if (error instanceof MissingLibvirtError || error instanceof LibvirtError) {
        return error.message;
      }
      throw error;
    }
  }

  async guests(): Promise<readonly GuestSummary[]> {
    return recordsOf(await this.#domains.list()).map((record) => {
      const { network, bridge, place } = record;
      return { ...summaryOf(record), place: { network, bridge, place } };
    });
  }

  async mark(id: string, owner: string, progress: GuestProgress): Promise<void> {
    const record = parseRecord((await this.#domains.find(id))?.metadata, id);
    if (record === undefined || (record.owner === owner && record.progress === progress)) return;
    await this.#domains.setMetadata(id, formatRecord({ ...record, owner, progress }));
  }

  async setLifecycle(id: string, lifecycle: GuestLifecycle): Promise<void> {
    const record = parseRecord((await this.#domains.find(id))?.metadata, id);
    if (record !== undefined) await this.#save({ ...record, lifecycle }, record);
  }

  openConsole(id: string): Promise<Duplex> {
    return this.#domains.openConsole(id);
  }

  async configuration(id: string): Promise<Pick<GuestSpec, "args" | "env"> | undefined> {
    const bytes = await this.#volumes.configuration(id);
    const decoded = bytes === undefined ? undefined : decodeConfiguration(bytes);
    return decoded === undefined ? undefined : { args: decoded.args, env: decoded.env };
  }

  portProblems(owner: string, ports: readonly PortForward[]) {
    return this.#reach.usual.problems(owner, ports);
  }

  networkProblems(owner: string, networks: readonly WantedNetwork[]) {
    return this.ownNetworks.problems(owner, networks);
  }

  async takePorts(id: string, ports: readonly PortForward[]): Promise<readonly PortForward[]> {
    return (await this.#reach.named(id)).take(id, ports);
  }

  async accepts(
    id: string,
    forward: PortForward,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    return (await this.#reach.named(id)).accepts(id, forward, limits);
  }

  async apply(
    spec: GuestSpec,
    signal: AbortSignal,
    report: (progress: string) => void = () => undefined,
  ): Promise<GuestStatus> {
    const domain = await this.#domains.find(spec.id);
    if (domain !== undefined && domain.metadata === undefined) {
      throw new Error(`there is a domain ${spec.id} already, and it is none of ours`);
    }
    const record = parseRecord(domain?.metadata, spec.id);
    if (domain !== undefined && record !== undefined) {
      if (await this.#isAsDescribed(domain, record, spec)) {
        await this.#restoreForwards({ ...record, ...lifecycleOf(spec) }, signal);
        return this.status(spec.id);
      }
    }
    // Everything that can be refused is refused before anything that runs is touched.
    const type = await this.#hypervisor.chooseType(spec.accelerator, this.#connections, {
      isThisMachine: this.#host.host === "",
      home: this.#options.home,
    });
    const network = this.#reach.of({ interfaces: await this.#interfaces(spec, record) });
    const forwards = await network.plan(spec.id, spec.owner, spec.ports);
    await refuseHeld(this, spec.id, spec.volumes);
    const disks = await this.volumes.disksOf(spec.volumes);
    signal.throwIfAborted();
    await this.#stop(spec.id, record);
    const files = { ...(await this.#volumes.paths(spec)), disks };
    const planned = await this.ownNetworks.inTurn(async () => {
      const { network: name, bridge, place } = this.#options;
      const guest: GuestRecord = {
        ...newRecord(
          { ...spec, imagePath: files.image },
          record?.progress ?? "creating",
          spec.ports.map(() => null),
        ),
        ...{ network: name, bridge, place, interfaces: await this.#interfaces(spec, record) },
      };
      // Before its files exist: whom they belong to is on record, and nobody collects the image.
      await this.#domains.define(this.#hypervisor.describe(guest, type, files));
      return guest;
    });
    this.#step("recorded");
    await this.ownNetworks.move(planned, record);
    const configuration = this.#configuration(spec, planned.interfaces);
    await this.#volumes.prepare(spec, configuration, { signal, report });
    this.#step("prepared");
    signal.throwIfAborted();
    const startedAtMs = Date.now();
    await this.#start(spec, { signal, report });
    this.#step("started");
    const started = { ...planned, startedAtMs, forwards };
    const opened = await this.#save({ ...started, forwards: await network.open(started) });
    this.#step("forwarded");
    await this.#domains.resume(spec.id);
    this.#step("running");
    await this.#save({ ...opened, forwards: await network.reach(opened, signal) }, opened);
    return this.status(spec.id);
  }

  async status(id: string): Promise<GuestStatus> {
    const domain = await this.#domains.find(id);
    if (domain?.metadata === undefined) return { state: "absent", ports: [] };
    const record = parseRecord(domain.metadata, id);
    const known = {
      consoleLogPath: (await this.#volumes.consolePath(id)) ?? "",
      ...(record === undefined ? {} : { startedAt: new Date(record.startedAtMs) }),
      ...this.#addresses(record),
    };
    const ends = await this.#ends(record);
    if (!isActiveState(domain.state)) {
      const end = await this.#hypervisor.end(this.#volumes, id);
      return { ...known, ports: [], ...end, ...(ends ? { restarts: ends - 1 } : {}) };
    }
    const actual = await this.#reach.of(record).actual(id, record);
    const definition = record === undefined ? undefined : await this.#domains.definition(id);
    if (record === undefined || definition === undefined) {
      return { ...known, state: "running", ports: actual };
    }
    const edited = editsOf(record, definition, actual);
    return {
      ...known,
      state: domain.state === "paused" ? "starting" : "running",
      ports: edited.ports ?? record.forwards.filter((forward) => forward !== null),
      ...(ends === undefined ? {} : { restarts: ends }),
      ...(Object.keys(edited).length === 0 ? {} : { edited }),
    };
  }

  async stop(id: string): Promise<void> {
    const domain = await this.#domains.find(id);
    if (domain?.metadata !== undefined) await this.#stop(id, parseRecord(domain.metadata, id));
  }

  async remove(id: string): Promise<void> {
    const domain = await this.#domains.find(id);
    // Somebody else's of the same name is none of our business.
    if (domain !== undefined && domain.metadata === undefined) return;
    await this.#stop(id, parseRecord(domain?.metadata, id));
    await this.#volumes.remove(id);
    const record = parseRecord(domain?.metadata, id);
    if (record !== undefined) await this.ownNetworks.release(record, record.interfaces ?? []);
    // Last, so that nothing is left that nobody knows of.
    await this.#domains.undefine(id);
    const left = recordsOf(await this.#domains.list());
    await this.#volumes.collectImages(new Set(left.map(({ digest }) => digest)));
    // A successor that never became healthy may have been killed while it took the ports.
    if (record !== undefined) await this.#reach.of(record).giveBack(record.owner);
  }

  readConsole(id: string, offset: number): Promise<Buffer> {
    return this.#volumes.console(id, offset);
  }

  async consoleTail(id: string, lines: number): Promise<readonly string[]> {
    return lastLines(await this.#volumes.consoleEnd(id), lines);
  }

  async #stop(id: string, record: GuestRecord | undefined): Promise<void> {
    const { shutdownTimeoutMs } = record?.lifecycle ?? PLAIN_LIFECYCLE;
    const ask = (guest: string) => this.#hypervisor.askToEnd(this.#domains, guest);
    await this.#domains.shutDown(id, shutdownTimeoutMs, ask);
    await this.#domains.destroy(id);
  }

  /** Whether the domain runs what is asked for. */
  async #isAsDescribed(domain: Domain, record: GuestRecord, spec: GuestSpec): Promise<boolean> {
    if (domain.state !== "running" && domain.state !== "blocked") return false;
    if (!isSameGuest(record, spec)) return false;
    const definition = await this.#domains.definition(spec.id);
    if (definition === undefined) return false;
    const { ports: _ports, ...edits } = editsOf(record, definition, []);
    if (Object.keys(edits).length > 0) return false;
    const given = await this.#volumes.configuration(spec.id);
    const wanted = this.#configuration(spec, record.interfaces);
    return given !== undefined && isSameConfiguration(given, wanted);
  }

  async #start(
    spec: GuestSpec,
    options: { readonly signal: AbortSignal; readonly report: (progress: string) => void },
  ): Promise<void> {
    try {
      await this.#domains.startPaused(spec.id);
    } catch (error) {
      // Another provider may have removed the last guest of this image just before we said that
      // we need it.
      if (await this.#volumes.hasImage(spec.digest)) throw error;
      await this.#volumes.ensureImage(spec, options);
      await this.#domains.startPaused(spec.id);
    }
  }

  /** Records a guest, unless it is as it was before. */
  async #save(record: GuestRecord, before?: GuestRecord): Promise<GuestRecord> {
    const text = formatRecord(record);
    if (before === undefined || formatRecord(before) !== text) {
      await this.#domains.setMetadata(record.id, text);
    }
    return record;
  }

  /** A domain that its user has started again has lost its forwards, and one whose provider was
   * killed may not have been given them. */
  async #restoreForwards(record: GuestRecord, signal: AbortSignal): Promise<void> {
    const own = record.forwards.filter((forward) => forward !== null);
    const network = this.#reach.of(record);
    // A provider that was killed may not have told the servers of its networks.
    await this.ownNetworks.claim(record);
    const actual = await network.actual(record.id, record);
    const lost = own.filter((forward) => !actual.some((found) => isSameForward(found, forward)));
    await network.restore(record.id, lost);
    await this.#save({ ...record, forwards: await network.reach(record, signal) }, record);
  }

  /** How often a guest has ended that may have been started again. */
  async #ends(record: GuestRecord | undefined): Promise<number | undefined> {
    if (record === undefined || restartIn(record).restart === undefined) return undefined;
    return this.#hypervisor.ends(this.#volumes, record.id);
  }

  /** What a guest has in the networks that it wants; undefined when it wants none. */
  async #interfaces(spec: GuestSpec, record: GuestRecord | undefined) {
    const { id, owner, networks = [] } = spec;
    if (networks.length === 0) return undefined;
    return this.ownNetworks.plan({ id, owner, networks, interfaces: record?.interfaces });
  }

  #addresses(record: GuestRecord | undefined): Pick<GuestStatus, "addresses"> {
    if (record?.interfaces !== undefined) return { addresses: addressesOf(record.interfaces) };
    // All guests of this driver have it, one at a time.
    const { bridge = "" } = this.#options;
    return this.address === undefined ? {} : { addresses: { [bridge]: this.address } };
  }

  #configuration(spec: GuestSpec, interfaces: GuestRecord["interfaces"]): Buffer {
    const { configuration } = this.#reach.of({ interfaces });
    return configurationOf(spec, this.#hypervisor, configuration, interfaces);
  }

  #step(step: Step): void {
    this.#options.onStep?.(step);
  }
}
