// What booting costs beyond QEMU itself: hello against an ELF that exits at its first instruction.
import type { Benchmark } from "../main.ts";
import { withinFactor } from "../row.ts";
import { exitImage, ourGuest } from "../support/images.ts";
import { qemuCommand, startToExitMs } from "../support/qemu.ts";
import { interleaved } from "../support/statistics.ts";

export const helloExit: Benchmark = {
  name: "hello-exit",
  async run() {
    const hello = qemuCommand(await ourGuest("hello", { optimize: "size" }), "microvm");
    const nothing = qemuCommand(await exitImage(), "microvm");
    const [value = Number.NaN, baselineValue = Number.NaN] = await interleaved(20, [
      () => startToExitMs(hello),
      () => startToExitMs(nothing),
    ]);
    const name = "hello, start to exit (microvm)";
    const comparison = { name, value, unit: "ms", baseline: "exits at once", baselineValue };
    return [withinFactor(comparison, 1.25)];
  },
};
