// Guests with an address of their own, and so with all of their ports: in one of libvirt's networks,
// or in a bridge of the host.
import { connect } from "node:net";
import type { GuestNetwork } from "../../guests/configuration.ts";
import { pause } from "../../guests/wait.ts";
import type { PortForward } from "../driver.ts";
import type { Domains } from "./domains.ts";
import type { HostNetwork } from "./network.ts";
import { type GuestRecord, parseRecord } from "./record.ts";

type Limits = { readonly timeoutMs: number; readonly signal: AbortSignal };
type Forwards = GuestRecord["forwards"];

export abstract class AddressNetwork implements HostNetwork {
  abstract readonly configuration: GuestNetwork | undefined;
  protected readonly domains: Domains;

  constructor(domains: Domains) {
    this.domains = domains;
  }

  abstract unavailable(): Promise<string | null>;
  abstract reach(guest: GuestRecord, signal: AbortSignal): Promise<Forwards>;

  async problems() {
    return [];
  }

  async plan(_id: string, _owner: string, ports: readonly PortForward[]): Promise<Forwards> {
    return ports.map(() => null);
  }

  async open(guest: GuestRecord): Promise<Forwards> {
    return guest.forwards;
  }

  async actual(_id: string, record: GuestRecord | undefined): Promise<readonly PortForward[]> {
    return record?.forwards.filter((forward) => forward !== null) ?? [];
  }

  async restore(): Promise<void> {}

  /** Nobody else has this guest's address. */
  async take(id: string): Promise<readonly PortForward[]> {
    const guest = parseRecord((await this.domains.find(id))?.metadata, id);
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

/** dnsmasq first asks for three seconds whether anybody has the address already. */
const LEASE_TIMEOUT_MS = 30_000;

/** A network of libvirt's. */
export class LeasedNetwork extends AddressNetwork {
  readonly configuration = undefined;
  readonly #uri: string;
  readonly #name: string;

  constructor(domains: Domains, uri: string, name: string) {
    super(domains);
    this.#uri = uri;
    this.#name = name;
  }

  async unavailable(): Promise<string | null> {
    const isActive = await this.domains.isNetworkActive(this.#name);
    if (isActive === true) return null;
    return isActive === undefined
      ? `libvirt at ${this.#uri} has no network "${this.#name}"; see \`virsh net-list --all\``
      : `the network "${this.#name}" of libvirt at ${this.#uri} is not active; start it with \`virsh net-start ${this.#name}\``;
  }

  async reach(guest: GuestRecord, signal: AbortSignal): Promise<Forwards> {
    if (guest.ports.length === 0) return [];
    const deadline = performance.now() + LEASE_TIMEOUT_MS;
    for (let waitMs = 10; performance.now() < deadline; waitMs = Math.min(waitMs * 1.5, 200)) {
      // How it ended is for its status to tell.
      if (!(await this.domains.isActive(guest.id))) return guest.forwards;
      const address = await this.domains.leasedAddress(guest.id);
      if (address !== undefined) return forwardsAt(address, guest);
      await pause(waitMs, signal);
    }
    throw new Error(
      `the guest ${guest.id} has no address of the network "${this.#name}" after ${LEASE_TIMEOUT_MS / 1000} s; see that the network has DHCP and that the image has a network (library "lwip")`,
    );
  }
}

/** A bridge of the host, where nobody tells a guest's address: it is given one, or has no ports.
 * Without a bridge either, a guest has no network at all. */
export class BridgeNetwork extends AddressNetwork {
  readonly configuration: GuestNetwork | undefined;

  constructor(domains: Domains, network: GuestNetwork | undefined) {
    super(domains);
    this.configuration = network;
  }

  async unavailable(): Promise<null> {
    // Throws when the host cannot be reached.
    await this.domains.find("");
    return null;
  }

  async reach(guest: GuestRecord): Promise<Forwards> {
    const address = this.configuration?.address.split("/")[0];
    return address === undefined ? guest.forwards : forwardsAt(address, guest);
  }
}

export function forwardsAt(address: string, { ports }: GuestRecord): PortForward[] {
  return ports.map((port) => ({ ...port, host: port.guest, address }));
}
