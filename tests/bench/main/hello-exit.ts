// What booting costs beyond QEMU itself: hello against an ELF that exits at its first instruction.
import type { Benchmark } from "../main.ts";
import { withinFactor } from "../row.ts";
import { exitImage, ourGuest } from "../support/images.ts";
import { qemuCommand, startToExitMs } from "../support/qemu.ts";
import { interleaved, paired } from "../support/statistics.ts";

export const helloExit: Benchmark = {
  name: "hello-exit",
  async run() {
    const hello = qemuCommand(await ourGuest("hello", { optimize: "size" }), "microvm");
    const nothing = qemuCommand(await exitImage(), "microvm");
    const [ours, baseline] = await interleaved({ rounds: 20, warmUps: 1 }, [
      () => startToExitMs(hello),
      () => startToExitMs(nothing),
    ]);
    const name = "hello, start to exit (microvm)";
    const figures = paired(ours, baseline);
    return [withinFactor({ name, unit: "ms", baseline: "exits at once", ...figures }, 1.25)];
  },
};
