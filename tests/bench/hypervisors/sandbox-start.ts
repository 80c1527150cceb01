// From the start of the tender's process to the first answer of the guest's HTTP server, against
// a process that does nothing, from its start to its end.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ensureCompiler,
  ensureTender,
  openStore,
  tenderArguments,
} from "@pulumi-unikernel/toolchain";
import type { Benchmark } from "../main.ts";
import { withinFactor } from "../row.ts";
import { builtImage, withAddress } from "../support/images.ts";
import { guestAddress, hostAddress, makeTapNamespace, whyNoTap } from "../support/namespace.ts";
import { cacheDirectory } from "../support/paths.ts";
import { median } from "../support/statistics.ts";

const rounds = 40;
const script = join(import.meta.dirname, "first-answer.ts");

async function emptyProgram(): Promise<string> {
  const zig = join(await ensureCompiler(), "zig");
  const source = join(cacheDirectory(), "empty.c");
  const program = join(cacheDirectory(), "empty");
  writeFileSync(source, "int main(void) { return 0; }\n");
  const target = ["-target", "x86_64-linux-musl", "-O2", "-static"];
  execFileSync(zig, ["cc", ...target, source, "-o", program], { stdio: "pipe" });
  return program;
}

export const sandboxStart: Benchmark = {
  name: "sandbox-start",
  async run() {
    const name = "first HTTP 200 of a sandboxed guest";
    const impossible = whyNoTap();
    if (impossible) return [{ name, skipped: impossible }];
    const { path } = await builtImage("http", { platform: "linux" });
    const bootable = { kernel: path, memoryMiB: 32, microvmOptions: "" };
    const { initrd = "" } = withAddress(bootable, `${guestAddress}/24`, hostAddress);
    const memoryBytes = 32 * 2 ** 20;
    const line = { image: path, memoryBytes, configurationDescriptor: 3, tap: "tap0" };
    const tender = [await ensureTender(openStore()), ...tenderArguments(line)];
    const namespace = makeTapNamespace();
    const measure = (...given: string[]) => {
      const [program = "", ...args] = namespace.wrap([process.execPath, script, ...given]);
      return median(JSON.parse(execFileSync(program, args, { encoding: "utf8" })));
    };
    try {
      const empty = measure(String(rounds), "", "", await emptyProgram());
      const first = measure(String(rounds), initrd, guestAddress, ...tender);
      const comparison = { name, value: first, unit: "ms", baseline: "an empty process" };
      return [withinFactor({ ...comparison, baselineValue: empty }, 3)];
    } finally {
      await namespace.remove();
    }
  },
};
