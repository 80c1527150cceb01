// How the guests of a host are reached: through ports of the host, or at an address of their own
// in one of libvirt's networks.
import { connect } from "node:net";
import type { GuestNetwork } from "../../guests/configuration.ts";
import { pause } from "../../guests/wait.ts";
import type { PortForward } from "../driver.ts";
import { PortTable } from "../port-table.ts";
import { acceptsConnections } from "../qemu/accepts.ts";
import { USER_NETWORK } from "../qemu/forwards.ts";
import type { Domains } from "./domains.ts";
import { domainPorts } from "./port-host.ts";
import { type GuestRecord, parseRecord } from "./record.ts";
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

/** dnsmasq first asks for three seconds whether anybody has the address already. */
const LEASE_TIMEOUT_MS = 30_000;

/** A network of libvirt's: each guest has an address of its own, and so all of its ports. */
export class LeasedNetwork implements HostNetwork {
  readonly configuration = undefined;
  readonly #domains: Domains;
  readonly #uri: string;
  readonly #name: string;

  constructor(domains: Domains, uri: string, name: string) {
    this.#domains = domains;
    this.#uri = uri;
    this.#name = name;
  }

  async unavailable(): Promise<string | null> {
    const isActive = await this.#domains.isNetworkActive(this.#name);
    if (isActive === true) return null;
    return isActive === undefined
      ? `libvirt at ${this.#uri} has no network "${this.#name}"; see \`virsh net-list --all\``
      : `the network "${this.#name}" of libvirt at ${this.#uri} is not active; start it with \`virsh net-start ${this.#name}\``;
  }

  async problems() {
    return [];
  }

  async plan(_id: string, _owner: string, ports: readonly PortForward[]): Promise<Forwards> {
    return ports.map(() => null);
  }

  async open(guest: GuestRecord): Promise<Forwards> {
    return guest.forwards;
  }

  async reach(guest: GuestRecord, signal: AbortSignal): Promise<Forwards> {
    if (guest.ports.length === 0) return [];
    const deadline = performance.now() + LEASE_TIMEOUT_MS;
    for (let waitMs = 10; performance.now() < deadline; waitMs = Math.min(waitMs * 1.5, 200)) {
      // How it ended is for its status to tell.
      if (!(await this.#domains.isActive(guest.id))) return guest.forwards;
      const address = await this.#domains.leasedAddress(guest.id);
      if (address !== undefined) {
        return guest.ports.map((port) => ({ ...port, host: port.guest, address }));
      }
      await pause(waitMs, signal);
    }
    throw new Error(
      `the guest ${guest.id} has no address of the network "${this.#name}" after ${LEASE_TIMEOUT_MS / 1000} s; see that the network has DHCP and that the image has a network (library "lwip")`,
    );
  }

  async actual(_id: string, record: GuestRecord | undefined): Promise<readonly PortForward[]> {
    return record?.forwards.filter((forward) => forward !== null) ?? [];
  }

  async restore(): Promise<void> {}

  /** Nobody else has this guest's address. */
  async take(id: string): Promise<readonly PortForward[]> {
    const guest = parseRecord((await this.#domains.find(id))?.metadata, id);
    return guest?.forwards.filter((forward) => forward !== null) ?? [];
  }

  async giveBack(): Promise<void> {}

  accepts(_id: string, forward: PortForward, limits: Limits): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ host: forward.address, port: forward.host });
      const finish = (isAccepted: boolean) => {
        clearTimeout(timer);
        limits.signal.removeEventListener("abort", abort);
        socket.destroy();
        resolve(isAccepted);
      };
      const abort = () => finish(false);
      const timer = setTimeout(abort, limits.timeoutMs);
      limits.signal.addEventListener("abort", abort, { once: true });
      socket.on("connect", () => finish(true));
      socket.on("error", abort);
    });
  }
}
