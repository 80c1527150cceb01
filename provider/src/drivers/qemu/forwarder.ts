// Forwards of a running QEMU's user-mode network, changed through its monitor.
import type { PortForward } from "../driver.ts";
import type { Forwarder, PortBackend } from "../port-table.ts";
import { NETWORK } from "./command-line.ts";
import { guestFiles } from "./files.ts";
import { forwardRule, listener, parseUserNetwork } from "./forwards.ts";
import { findMonitor } from "./processes.ts";
import { type Qmp, withMonitor } from "./qmp.ts";
import { type GuestRecord, readRecord, readRecords, writeRecord } from "./record.ts";

export function qemuPorts(home: string): PortBackend<GuestRecord> {
  return {
    read: (id) => readRecord(guestFiles(home, id)),
    readAll: () => readRecords(home),
    write: (record) => writeRecord(guestFiles(home, record.id), record),
    async isRunning(id) {
      const files = guestFiles(home, id);
      return (await findMonitor(files, (await readRecord(files))?.process)) !== undefined;
    },
    withForwarder: (id, use) =>
      withMonitor(guestFiles(home, id).socket, (qmp) => use(forwarderOf(qmp))),
  };
}

function forwarderOf(qmp: Qmp): Forwarder {
  return {
    list: async () => parseUserNetwork(await qmp.human("info usernet")),
    async add(forward: PortForward) {
      const answer = (await qmp.human(`hostfwd_add ${NETWORK} ${forwardRule(forward)}`)).trim();
      if (answer !== "") throw new Error(`QEMU refused to forward ${listener(forward)}: ${answer}`);
    },
    async remove(forward: PortForward) {
      const answer = await qmp.human(`hostfwd_remove ${NETWORK} ${listener(forward)}`);
      if (!/ (removed|not found)\s*$/.test(answer)) {
        throw new Error(`QEMU did not give up ${listener(forward)}: ${answer.trim()}`);
      }
    },
  };
}
