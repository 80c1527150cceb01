// Finds out whether a QEMU was built with a filter of its own system calls.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { machineKey } from "./accelerator.ts";
import { CONFINEMENT } from "./command-line.ts";
import { remember } from "./remember.ts";

const PROBE_TIMEOUT_MS = 10_000;

/** Whether this QEMU knows the filter; asked once for each QEMU and kernel, then remembered. */
export async function offersConfinement(qemu: string, cacheDirectory: string): Promise<boolean> {
  const file = join(cacheDirectory, `confinement-${await machineKey(qemu)}`);
  const remembered = await readFile(file, "utf8").catch(() => "");
  if (remembered === "yes\n" || remembered === "no\n") return remembered === "yes\n";
  const isOffered = await accepts(qemu);
  await remember(file, isOffered ? "yes\n" : "no\n");
  return isOffered;
}

/** QEMU reads its options in order and ends at the last of these. */
function accepts(qemu: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = execFile(
      qemu,
      [...CONFINEMENT, "-version"],
      { timeout: PROBE_TIMEOUT_MS },
      (error) => resolve(error === null),
    );
    child.stdin?.end();
  });
}
