// Networks of a libvirt host, by their names.
import type { Connection, Connections } from "./connections.ts";
import { ErrorCode, LibvirtError, unless } from "./errors.ts";
import type { Pointer } from "./library.ts";
import { hostElement, type NetworkEssence, nameElement, readNetworkXml } from "./network-xml.ts";

const DELETE = 2;
const ADD = 3;
const ADDRESSES = 4;
const NAMES = 10;
const LIVE = 1;
const CONFIG = 2;

export class VirtualNetworks {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** Undefined when there is none of that name. */
  find(name: string): Promise<(NetworkEssence & { readonly isActive: boolean }) | undefined> {
    return this.#with(name, async (connection, network) => ({
      ...readNetworkXml(await connection.call<string>("virNetworkGetXMLDesc", network, 0)),
      isActive: (await connection.call("virNetworkIsActive", network)) === 1,
    }));
  }

  /** Makes a network that comes back when the host starts again. */
  async define(xml: string): Promise<void> {
    await this.#connections.use((connection) =>
      connection.using(
        connection.call<Pointer>("virNetworkDefineXML", connection.pointer, xml),
        "virNetworkFree",
        (network) => connection.call("virNetworkSetAutostart", network, 1),
      ),
    );
  }

  /** Nothing when it is active. */
  async start(name: string): Promise<void> {
    await this.#with(name, async (connection, network) => {
      if ((await connection.call("virNetworkIsActive", network)) === 1) return;
      // Somebody else may be faster.
      const start = connection.call("virNetworkCreate", network);
      await unless(ErrorCode.operationInvalid, start, 0);
    });
  }

  /** Succeeds when there is none. */
  async remove(name: string): Promise<void> {
    await this.#with(name, async (connection, network) => {
      const stop = connection.call("virNetworkDestroy", network);
      await unless(ErrorCode.operationInvalid, stop, 0);
      await connection.call("virNetworkUndefine", network);
    });
  }

  /** Gives an address to a guest; false when it is somebody's. */
  addAddress(name: string, mac: string, address: string): Promise<boolean> {
    return this.#update(name, ADD, ADDRESSES, hostElement(mac, address));
  }

  removeAddress(name: string, mac: string, address: string): Promise<boolean> {
    return this.#update(name, DELETE, ADDRESSES, hostElement(mac, address));
  }

  /** False when the name is somebody's, or the address has another one. */
  addName(network: string, address: string, name: string): Promise<boolean> {
    return this.#update(network, ADD, NAMES, nameElement(address, name));
  }

  removeName(network: string, address: string, name: string): Promise<boolean> {
    return this.#update(network, DELETE, NAMES, nameElement(address, name));
  }

  /** False where libvirt finds that it is so already, or nothing to take away. */
  async #update(name: string, command: number, section: number, xml: string): Promise<boolean> {
    const changed = await this.#with(name, async (connection, network) => {
      const isActive = (await connection.call("virNetworkIsActive", network)) === 1;
      const affected = CONFIG | (isActive ? LIVE : 0);
      const update = connection.call(
        "virNetworkUpdate",
        network,
        command,
        section,
        -1,
        xml,
        affected,
      );
      return unless(ErrorCode.operationInvalid, update, false);
    });
    if (changed === undefined)
      throw new LibvirtError(ErrorCode.noNetwork, `there is no network ${name}`);
    return changed !== false;
  }

  #with<Result>(
    name: string,
    use: (connection: Connection, network: Pointer) => Promise<Result>,
  ): Promise<Result | undefined> {
    const answer = this.#connections.use((connection) =>
      connection.using(
        connection.call<Pointer>("virNetworkLookupByName", connection.pointer, name),
        "virNetworkFree",
        (network) => use(connection, network),
      ),
    );
    return unless(ErrorCode.noNetwork, answer, undefined);
  }
}
