// How the guests of a host are reached: through ports of the host, or at an address of their own
// (address-network.ts).
import type { GuestNetwork } from "../../guests/configuration.ts";
import type { PortForward } from "../driver.ts";
import { PortTable } from "../port-table.ts";
import { acceptsConnections } from "../qemu/accepts.ts";
import { USER_NETWORK } from "../qemu/forwards.ts";
import type { Domains } from "./domains.ts";
import { domainPorts } from "./port-host.ts";
import type { GuestRecord } from "./record.ts";
import { type HostUri, machineOf } from "./uri.ts";

type Limits = { readonly timeoutMs: number; readonly signal: AbortSignal };
type Forwards = GuestRecord["forwards"];

export interface HostNetwork {
  /** What a guest is told of its network; undefined: it asks by DHCP. */
  readonly configuration: GuestNetwork | undefined;
  /** Why guests cannot be reached this way, or null. */
  unavailable(): Promise<string | null>;
  problems(
    owner: string,
    ports: readonly PortForward[],
  ): Promise<{ readonly index: number; readonly reason: string }[]>;
  /** The forwards with which a guest can start now. Throws when another has a port. */
  plan(id: string, owner: string, ports: readonly PortForward[]): Promise<Forwards>;
  /** Makes a guest reachable that does not run yet; what its forwards are then. */
  open(guest: GuestRecord): Promise<Forwards>;
  /** Waits until a guest that runs can be reached; what its forwards are then. */
  reach(guest: GuestRecord, signal: AbortSignal): Promise<Forwards>;
  /** What is really forwarded; `record` is absent when it cannot be read. */
  actual(id: string, record: GuestRecord | undefined): Promise<readonly PortForward[]>;
  /** Opens ports again that a domain has lost. */
  restore(id: string, lost: readonly PortForward[]): Promise<void>;
  take(id: string, ports: readonly PortForward[]): Promise<readonly PortForward[]>;
  giveBack(owner: string): Promise<void>;
  accepts(id: string, forward: PortForward, limits: Limits): Promise<boolean>;
}

/** QEMU's user mode: needs nothing of the host, and ports can move between running guests. */
export class UserNetwork implements HostNetwork {
  readonly configuration: GuestNetwork = {
    address: `${USER_NETWORK.guest}/${USER_NETWORK.prefixBits}`,
    gateway: USER_NETWORK.gateway,
    dns: USER_NETWORK.dns,
  };
  readonly #domains: Domains;
  readonly #host: HostUri;
  readonly #ports: PortTable<GuestRecord>;

  constructor(domains: Domains, host: HostUri) {
    this.#domains = domains;
    this.#host = host;
    this.#ports = new PortTable(domainPorts(domains, host.host === ""));
  }

  async unavailable(): Promise<null> {
    // Throws when the host cannot be reached.
    await this.#domains.find("");
    return null;
  }

  problems(owner: string, ports: readonly PortForward[]) {
    return this.#ports.problems(owner, ports);
  }

  plan(id: string, owner: string, ports: readonly PortForward[]): Promise<Forwards> {
    return this.#ports.plan(id, owner, ports);
  }

  async open(guest: GuestRecord): Promise<Forwards> {
    const wanted = guest.forwards.filter((forward) => forward !== null);
    for (const forward of wanted) await this.#ports.add(guest.id, forward);
    return this.#ports.resolve(guest);
  }

  async reach(guest: GuestRecord): Promise<Forwards> {
    return guest.forwards;
  }

  actual(id: string): Promise<readonly PortForward[]> {
    return this.#ports.actual(id);
  }

  async restore(id: string, lost: readonly PortForward[]): Promise<void> {
    for (const forward of lost) await this.#ports.add(id, forward);
  }

  take(id: string, ports: readonly PortForward[]): Promise<readonly PortForward[]> {
    return this.#ports.take(id, ports);
  }

  giveBack(owner: string): Promise<void> {
    return this.#ports.giveBack(owner);
  }

  accepts(id: string, forward: PortForward, limits: Limits): Promise<boolean> {
    const table = () => this.#domains.monitor(id, "info usernet");
    return acceptsConnections(table, forward, limits, machineOf(this.#host));
  }
}
