// Forwards of a running QEMU's user-mode network, changed through its monitor.
import type { PortForward } from "../driver.ts";
import type { Forwarder, PortBackend } from "../port-table.ts";
import { whyUnavailable } from "../ports.ts";
import { changePlan } from "../supervisor.ts";
import { NETWORK, withForwards } from "./command-line.ts";
import { guestFiles } from "./files.ts";
import { forwardRule, listener, parseUserNetwork } from "./forwards.ts";
import { findMonitor } from "./processes.ts";
import { withMonitor } from "./qmp.ts";
import { type GuestRecord, readRecord, readRecords, writeRecord } from "./record.ts";

export function qemuPorts(home: string): PortBackend<GuestRecord> {
  return {
    read: (id) => readRecord(guestFiles(home, id)),
    readAll: () => readRecords(home),
    async write(record) {
      const files = guestFiles(home, record.id);
      await writeRecord(files, record);
      const forwards = record.forwards.filter((forward) => forward !== null);
      await changePlan(files, "qemu", record.lifecycle, (args) => withForwards(args, forwards));
    },
    async isRunning(id) {
      const files = guestFiles(home, id);
      return (await findMonitor(files, (await readRecord(files))?.process)) !== undefined;
    },
    whyUnavailable,
    withForwarder: (id, use) =>
      withMonitor(guestFiles(home, id).socket, (qmp) => use(forwarderOf(qmp, NETWORK))),
  };
}

/** QEMU's monitor as people use it. */
export interface Monitor {
  human(line: string): Promise<string>;
}

/** `network` is the user-mode network's name there. */
export function forwarderOf(monitor: Monitor, network: string): Forwarder {
  return {
    list: async () => parseUserNetwork(await monitor.human("info usernet")),
    async add(forward: PortForward) {
      const answer = (await monitor.human(`hostfwd_add ${network} ${forwardRule(forward)}`)).trim();
      if (answer !== "") throw new Error(`QEMU refused to forward ${listener(forward)}: ${answer}`);
    },
    async remove(forward: PortForward) {
      const answer = await monitor.human(`hostfwd_remove ${network} ${listener(forward)}`);
      if (!/ (removed|not found)\s*$/.test(answer)) {
        throw new Error(`QEMU did not give up ${listener(forward)}: ${answer.trim()}`);
      }
    },
  };
}
