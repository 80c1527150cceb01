// From the start of QEMU to the first HTTP 200, with user-mode networking, on one machine type.
import type { Benchmark } from "../main.ts";
import { type Result, timesFaster } from "../row.ts";
import { linuxServer, ourGuest, withAddress } from "../support/images.ts";
import { linuxGuest, whyNoLinux } from "../support/linux-guest.ts";
import {
  type Bootable,
  firstResponseMs,
  freePort,
  type Machine,
  qemuCommand,
  startGuest,
} from "../support/qemu.ts";
import { interleaved, paired } from "../support/statistics.ts";
import { unikraftHttp, whyNoUnikraft } from "../support/unikraft.ts";

const address = "10.0.2.15/24";
const gateway = "10.0.2.2";

function measure(bootable: Bootable, machine: Machine): () => Promise<number> {
  return async () => {
    const port = await freePort();
    const backend = `user,hostfwd=tcp:127.0.0.1:${port}-:8080`;
    const guest = startGuest(qemuCommand(bootable, machine, { backend }));
    try {
      return await firstResponseMs(guest, port);
    } finally {
      await guest.stop();
    }
  };
}

async function against(
  baseline: string,
  peer: Bootable,
  machine: Machine,
  rounds: number,
  factor: number,
): Promise<Result> {
  const ours = measure(withAddress(await ourGuest("http"), address, gateway), machine);
  const samples = await interleaved({ rounds, warmUps: 1 }, [ours, measure(peer, machine)]);
  const name = `start to first 200 (${machine})`;
  return timesFaster({ name, unit: "ms", baseline, ...paired(...samples) }, factor);
}

export const firstResponse: Benchmark = {
  name: "first-response",
  async run() {
    const results: Result[] = [];
    const unikraft = unikraftHttp(address, gateway);
    results.push(
      unikraft
        ? await against("Unikraft", unikraft, "pc", 10, 3)
        : { name: "start to first 200 against Unikraft", skipped: whyNoUnikraft },
    );
    const noLinux = whyNoLinux();
    if (noLinux)
      return [...results, { name: "start to first 200 against Linux", skipped: noLinux }];
    const linux = linuxGuest(await linuxServer(), address, gateway);
    // On microvm Debian's kernel often hangs while it looks for a timer.
    return [...results, await against("Linux guest", linux, "pc", 5, 25)];
  },
};
