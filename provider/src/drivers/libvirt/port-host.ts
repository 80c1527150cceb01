// Guests that are domains, as the table of their ports sees them.
import type { PortForward } from "../driver.ts";
import type { Monitor, PortHolder, PortHost } from "../qemu/port-table.ts";
import { whyUnavailable } from "../qemu/ports.ts";
import { NETWORK } from "./domain-xml.ts";
import type { Domains } from "./domains.ts";
import { formatRecord, type GuestRecord, parseRecord } from "./record.ts";

export class DomainPortHost implements PortHost {
  readonly network = NETWORK;
  readonly #domains: Domains;
  readonly #isThisMachine: boolean;

  constructor(domains: Domains, isThisMachine: boolean) {
    this.#domains = domains;
    this.#isThisMachine = isThisMachine;
  }

  async holders(): Promise<readonly PortHolder[]> {
    // A guest in a network has no ports of the host.
    return recordsOf(await this.#domains.list()).filter(({ network }) => network === undefined);
  }

  isRunning(id: string): Promise<boolean> {
    return this.#domains.isActive(id);
  }

  withMonitor<Result>(id: string, use: (monitor: Monitor) => Promise<Result>): Promise<Result> {
    return use({ human: (line) => this.#domains.monitor(id, line) });
  }

  async saveForwards(id: string, forwards: PortHolder["forwards"]): Promise<void> {
    const record = parseRecord((await this.#domains.find(id))?.metadata, id);
    if (record === undefined) return;
    await this.#domains.setMetadata(id, formatRecord({ ...record, forwards }));
  }

  /** Of another machine only QEMU there can tell, when it is asked to listen. */
  async whyUnavailable(port: PortForward): Promise<string | null> {
    return this.#isThisMachine ? whyUnavailable(port) : null;
  }
}

export function recordsOf(
  domains: readonly { readonly name: string; readonly metadata: string | undefined }[],
): GuestRecord[] {
  return domains
    .map(({ name, metadata }) => parseRecord(metadata, name))
    .filter((record) => record !== undefined);
}
