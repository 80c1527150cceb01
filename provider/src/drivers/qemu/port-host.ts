// Guests that are QEMU processes of this machine, as the table of their ports sees them.
import type { PortForward } from "../driver.ts";
import { NETWORK } from "./command-line.ts";
import { guestFiles } from "./files.ts";
import type { Monitor, PortHolder, PortHost } from "./port-table.ts";
import { whyUnavailable } from "./ports.ts";
import { findMonitor } from "./processes.ts";
import { withMonitor } from "./qmp.ts";
import { readRecord, readRecords, writeRecord } from "./record.ts";

export class ProcessPortHost implements PortHost {
  readonly network = NETWORK;
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  holders(): Promise<readonly PortHolder[]> {
    return readRecords(this.#home);
  }

  async isRunning(id: string): Promise<boolean> {
    const files = guestFiles(this.#home, id);
    return (await findMonitor(files, (await readRecord(files))?.process)) !== undefined;
  }

  withMonitor<Result>(id: string, use: (monitor: Monitor) => Promise<Result>): Promise<Result> {
    return withMonitor(guestFiles(this.#home, id).socket, use);
  }

  async saveForwards(id: string, forwards: PortHolder["forwards"]): Promise<void> {
    const files = guestFiles(this.#home, id);
    const record = await readRecord(files);
    if (record !== undefined) await writeRecord(files, { ...record, forwards });
  }

  whyUnavailable(port: PortForward): Promise<string | null> {
    return whyUnavailable(port);
  }
}
