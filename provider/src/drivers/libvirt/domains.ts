// Domains of a libvirt host, by their names. What libvirt keeps of a guest beside its definition
// is our record, in the domain's metadata.
import type { Duplex } from "node:stream";
import { poll } from "../../guests/wait.ts";
import type { Connection, Connections } from "./connections.ts";
import { ConsoleStream } from "./console-stream.ts";
import { ErrorCode, unless, unlessInterrupted } from "./errors.ts";
import type { Pointer } from "./library.ts";

/** Where our element stands in a domain's metadata. */
export const METADATA_NAMESPACE = "urn:pulumi-unikernel:guest";
const METADATA_PREFIX = "unikernel";
const METADATA_ELEMENT = 2;

const AFFECT = { current: 0, live: 1, config: 2 } as const;
const DESTROY_AT_RESET = [1, 0] as const;
const XML_INACTIVE = 2;
const START_PAUSED = 1;
const DESTROY_GRACEFUL = 1;
/** Also what others may have added: managed save images and, where there can be any, the metadata
 * of snapshots. */
const UNDEFINE_WITH_SAVED = 1;
const UNDEFINE_WITH_ALL = 1 | 2 | 16;
const MONITOR_HUMAN = 1;
const END_TIMEOUT_MS = 1_000;
const SOURCE_LEASE = 0;
const RESIZE_IN_BYTES = 1;
const CONSOLE_FORCE = 1;
/** The first serial line, as libvirt names it to QEMU. */
const CONSOLE = "charserial0";

const STATES = [
  "none",
  "running",
  "blocked",
  "paused",
  "shutting down",
  "shut off",
  "crashed",
  "suspended",
] as const;
export type DomainState = (typeof STATES)[number];

export interface Domain {
  readonly name: string;
  readonly state: DomainState;
  /** Our element, as text; undefined when the domain is none of ours. */
  readonly metadata: string | undefined;
}

export class Domains {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async list(): Promise<Domain[]> {
    const found = await this.#connections.use((connection) =>
      connection.each(
        (array) => connection.call("virConnectListAllDomains", connection.pointer, array, 0),
        "virDomainFree",
        // It may have gone since it was listed.
        (domain) => unless(ErrorCode.noDomain, describe(connection, domain), undefined),
      ),
    );
    return found.filter((domain) => domain !== undefined);
  }

  find(name: string): Promise<Domain | undefined> {
    return this.#with(name, describe);
  }

  /** As it will start the next time; undefined without such a domain. */
  definition(name: string): Promise<string | undefined> {
    return this.#with(name, (connection, domain) =>
      connection.call<string>("virDomainGetXMLDesc", domain, XML_INACTIVE),
    );
  }

  /** Makes a domain, or changes what it will be when it starts the next time. */
  async define(xml: string): Promise<void> {
    await this.#connections.use((connection) =>
      connection.using(
        connection.call<Pointer>("virDomainDefineXMLFlags", connection.pointer, xml, 0),
        "virDomainFree",
        async () => undefined,
      ),
    );
  }

  /** Starts it without letting its processor run yet. */
  async startPaused(name: string): Promise<void> {
    await this.#must(name, (connection, domain) =>
      unlessInterrupted(() => connection.call("virDomainCreateWithFlags", domain, START_PAUSED)),
    );
  }

  /** Lets it run. It may have run to its end when this returns. */
  async resume(name: string): Promise<void> {
    try {
      await this.#speak(name, (connection, domain) => connection.call("virDomainResume", domain));
    } catch (error) {
      if (await this.isActive(name)) throw error;
    }
  }

  async isActive(name: string): Promise<boolean> {
    const domain = await this.find(name);
    return domain !== undefined && isActiveState(domain.state);
  }

  /** Ends it, by force where it must be; nothing when it does not run. */
  async destroy(name: string): Promise<void> {
    await this.#with(name, async (connection, domain) => {
      const end = (flags: number) =>
        unless(
          ErrorCode.operationInvalid,
          connection.call("virDomainDestroyFlags", domain, flags),
          0,
        );
      await end(DESTROY_GRACEFUL).catch(() => end(0));
    });
  }

  /** Gives a disk of a domain that runs another size. */
  async resizeDisk(name: string, target: string, sizeBytes: number): Promise<void> {
    await this.#must(name, (connection, domain) =>
      connection.call("virDomainBlockResize", domain, target, sizeBytes, RESIZE_IN_BYTES),
    );
  }

  /** Asks the guest to end, and waits for as long until it has. */
  async shutDown(
    name: string,
    timeoutMs: number,
    ask: (name: string) => Promise<unknown>,
  ): Promise<void> {
    const isRunning = async () =>
      ["running", "blocked"].includes((await this.find(name))?.state ?? "");
    if (timeoutMs === 0 || !(await isRunning())) return;
    // It may end at this very moment.
    await ask(name).catch(() => undefined);
    const hasEnded = async () => ((await isRunning()) ? undefined : true);
    await poll(hasEnded, { everyMs: 50, timeoutMs });
  }

  /** Asks a guest of QEMU's to end. One that does not listen just then, since it is about to reset,
   * ends with that. */
  async sendBreak(name: string): Promise<void> {
    await this.#must(name, (connection, domain) =>
      connection.call("virDomainSetLifecycleAction", domain, ...DESTROY_AT_RESET, AFFECT.live),
    );
    await this.monitor(name, `chardev-send-break ${CONSOLE}`);
  }

  /** Asks a guest to end by the means of its hypervisor. */
  requestEnd(name: string): Promise<unknown> {
    return this.#must(name, (connection, domain) =>
      connection.call("virDomainShutdownFlags", domain, 0),
    );
  }

  /** What its console writes from now on, and what it is to read; somebody else's is taken away. */
  openConsole(name: string): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      this.#must(name, (connection, domain) => {
        const stream = connection.call<Pointer>("virStreamNew", connection.pointer, 0);
        return connection.using(stream, "virStreamFree", async (opened) => {
          await connection.call("virDomainOpenConsole", domain, null, opened, CONSOLE_FORCE);
          const console = new ConsoleStream(connection, opened);
          resolve(console);
          await console.run();
        });
      }).catch(reject);
    });
  }

  async undefine(name: string): Promise<void> {
    await this.#with(name, async (connection, domain) => {
      // One that was undefined while it ran vanishes when it ends.
      if ((await connection.call("virDomainIsPersistent", domain)) === 0) return;
      const undefine = (flags: number) => connection.call("virDomainUndefineFlags", domain, flags);
      await undefine(UNDEFINE_WITH_ALL).catch(() => undefine(UNDEFINE_WITH_SAVED));
    });
  }

  /** `element` without a namespace: libvirt gives it ours. */
  async setMetadata(name: string, element: string): Promise<void> {
    await this.#must(name, async (connection, domain) => {
      const isActive = isActiveState(await stateOf(connection, domain));
      const isPersistent = (await connection.call("virDomainIsPersistent", domain)) === 1;
      const affected = (isActive ? AFFECT.live : 0) | (isPersistent ? AFFECT.config : 0);
      await connection.call(
        "virDomainSetMetadata",
        domain,
        METADATA_ELEMENT,
        element,
        METADATA_PREFIX,
        METADATA_NAMESPACE,
        affected,
      );
    });
  }

  /** Its first IPv4 address, as the DHCP server of its network tells. */
  leasedAddress(name: string): Promise<string | undefined> {
    const answer = this.#must(name, (connection, domain) =>
      connection.firstAddress((array) =>
        connection.call("virDomainInterfaceAddresses", domain, array, SOURCE_LEASE, 0),
      ),
    );
    // It may have ended meanwhile.
    return unless(ErrorCode.operationInvalid, answer, undefined);
  }

  /** Whether a network can be used; undefined when there is none of that name. */
  isNetworkActive(name: string): Promise<boolean | undefined> {
    const answer = this.#connections.use((connection) =>
      connection.using(
        connection.call<Pointer>("virNetworkLookupByName", connection.pointer, name),
        "virNetworkFree",
        async (network) => (await connection.call("virNetworkIsActive", network)) === 1,
      ),
    );
    return unless(ErrorCode.noNetwork, answer, undefined);
  }

  /** Asks its QEMU in the words of the human monitor. */
  monitor(name: string, command: string): Promise<string> {
    return this.#speak(name, async (connection, domain) => {
      const answer: [string | null] = [null];
      await connection.call("virDomainQemuMonitorCommand", domain, command, answer, MONITOR_HUMAN);
      return answer[0] ?? "";
    });
  }

  /** Needs its QEMU. Where that ends meanwhile, libvirt knows a moment later; who then asks whether
   * the domain still runs has to get a true answer. */
  async #speak<Result>(
    name: string,
    use: (connection: Connection, domain: Pointer) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.#must(name, use);
    } catch (error) {
      const hasEnded = async () => ((await this.isActive(name)) ? undefined : true);
      await poll(hasEnded, { everyMs: 20, timeoutMs: END_TIMEOUT_MS });
      throw error;
    }
  }

  async #must<Result>(
    name: string,
    use: (connection: Connection, domain: Pointer) => Promise<Result>,
  ): Promise<Result> {
    return this.#connections.use((connection) =>
      connection.using(lookUp(connection, name), "virDomainFree", (domain) =>
        use(connection, domain),
      ),
    );
  }

  #with<Result>(
    name: string,
    use: (connection: Connection, domain: Pointer) => Promise<Result>,
  ): Promise<Result | undefined> {
    return unless(ErrorCode.noDomain, this.#must(name, use), undefined);
  }
}

export function isActiveState(state: DomainState): boolean {
  return state !== "shut off" && state !== "none" && state !== "crashed";
}

function lookUp(connection: Connection, name: string): Promise<Pointer> {
  return connection.call<Pointer>("virDomainLookupByName", connection.pointer, name);
}

async function stateOf(connection: Connection, domain: Pointer): Promise<DomainState> {
  const state: [number] = [0];
  await connection.call("virDomainGetState", domain, state, [0], 0);
  return STATES[state[0]] ?? "none";
}

async function describe(connection: Connection, domain: Pointer): Promise<Domain> {
  const metadata = connection.call<string>(
    "virDomainGetMetadata",
    domain,
    METADATA_ELEMENT,
    METADATA_NAMESPACE,
    AFFECT.current,
  );
  return {
    metadata: await unless(ErrorCode.noDomainMetadata, metadata, undefined),
    name: await connection.call<string>("virDomainGetName", domain),
    state: await stateOf(connection, domain),
  };
}
