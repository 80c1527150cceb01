// Guests that are domains, as the table of their ports sees them.
import type { PortBackend } from "../port-table.ts";
import { whyUnavailable } from "../ports.ts";
import { forwarderOf } from "../qemu/forwarder.ts";
import { NETWORK } from "./domain-xml.ts";
import type { Domains } from "./domains.ts";
import { formatRecord, type GuestRecord, parseRecord } from "./record.ts";

export function domainPorts(domains: Domains, isThisMachine: boolean): PortBackend<GuestRecord> {
  return {
    read: async (id) => parseRecord((await domains.find(id))?.metadata, id),
    // A guest in a network or bridge has no ports of the host.
    readAll: async () =>
      recordsOf(await domains.list()).filter(
        ({ network, bridge, interfaces }) =>
          network === undefined && bridge === undefined && interfaces === undefined,
      ),
    write: (record) => domains.setMetadata(record.id, formatRecord(record)),
    isRunning: (id) => domains.isActive(id),
    // Of another machine only QEMU there can tell, when it is asked to listen.
    whyUnavailable: async (port) => (isThisMachine ? whyUnavailable(port) : null),
    withForwarder: (id, use) =>
      use(forwarderOf({ human: (line) => domains.monitor(id, line) }, NETWORK)),
  };
}

export function recordsOf(
  domains: readonly { readonly name: string; readonly metadata: string | undefined }[],
): GuestRecord[] {
  return domains
    .map(({ name, metadata }) => parseRecord(metadata, name))
    .filter((record) => record !== undefined);
}
