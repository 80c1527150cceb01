// From the start of QEMU to the first HTTP 200 of a handler in TypeScript, beside the C server.
import type { Benchmark } from "../main.ts";
import { withinFactor } from "../row.ts";
import { functionRequest } from "../support/function.ts";
import { ourGuest, withAddress } from "../support/images.ts";
import {
  type Bootable,
  firstResponseMs,
  freePort,
  qemuCommand,
  startGuest,
} from "../support/qemu.ts";
import { interleaved, paired } from "../support/statistics.ts";

const turns = { rounds: 15, warmUps: 1 };

function measure(bootable: Bootable): () => Promise<number> {
  const addressed = withAddress(bootable, "10.0.2.15/24", "10.0.2.2");
  return async () => {
    const port = await freePort();
    const backend = `user,hostfwd=tcp:127.0.0.1:${port}-:8080`;
    const guest = startGuest(qemuCommand(addressed, "microvm", { backend }));
    try {
      return await firstResponseMs(guest, port);
    } finally {
      await guest.stop();
    }
  };
}

export const functionStart: Benchmark = {
  name: "function-start",
  async run() {
    const ours = measure(await ourGuest("function", functionRequest));
    const server = measure(await ourGuest("http"));
    const samples = await interleaved(turns, [ours, server]);
    const name = "function: start to first 200 (microvm)";
    return [withinFactor({ name, unit: "ms", baseline: "C server", ...paired(...samples) }, 2)];
  },
};
