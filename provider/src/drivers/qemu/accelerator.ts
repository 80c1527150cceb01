// Chooses between KVM and emulation. That /dev/kvm opens says little: inside another virtual
// machine it can be many times slower than emulation, or refuse the processor. So a tiny guest
// is run with both, once, and the result is remembered for this kernel, processor and QEMU.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { processorArguments } from "./command-line.ts";
import { pvhProgram } from "./pvh-program.ts";
import { remember } from "./remember.ts";

export type Accelerator = "kvm" | "tcg";

const PROBE_TIMEOUT_MS = 3_000;
/** What the probe's guest reports when it got through: isa-debug-exit's code for status 5. */
const PROBE_EXIT_CODE = 11;

export interface ProbeResult {
  readonly accelerator: Accelerator;
  /** Milliseconds the probe's guest took; null where it did not get through. */
  readonly kvmMs: number | null;
  readonly tcgMs: number | null;
}

/** Resolves "auto"; throws when KVM is demanded and cannot be had. */
export async function chooseAccelerator(
  asked: "auto" | Accelerator,
  qemu: string,
  cacheDirectory: string,
): Promise<Accelerator> {
  if (asked === "tcg") return "tcg";
  const whyNot = await whyNoKvm();
  if (asked === "kvm") {
    if (whyNot !== null) {
      throw new Error(`accelerator: KVM is not usable: ${whyNot}; use "auto" or "tcg"`);
    }
    return "kvm";
  }
  if (whyNot !== null) return "tcg";
  const file = join(cacheDirectory, `accelerator-${await machineKey(qemu)}.json`);
  const cached = await readResult(file);
  if (cached !== undefined) return cached.accelerator;
  const result = await probe(qemu);
  await remember(file, `${JSON.stringify(result)}\n`);
  return result.accelerator;
}

/** Why /dev/kvm cannot be opened, or null. */
export async function whyNoKvm(): Promise<string | null> {
  try {
    await access("/dev/kvm", constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT"
      ? "there is no /dev/kvm on this machine"
      : "this user may not open /dev/kvm (add it to the group kvm)";
  }
}

/** Runs the same guest with both. */
export async function probe(qemu: string): Promise<ProbeResult> {
  const directory = await mkdtemp(join(tmpdir(), "unikernel-probe-"));
  try {
    const image = join(directory, "image");
    await writeFile(image, probeProgram());
    const tcgMs = await run(qemu, "tcg", image, directory);
    const kvmMs = await run(qemu, "kvm", image, directory);
    const isKvmFaster = kvmMs !== null && (tcgMs === null || kvmMs < tcgMs);
    return { accelerator: isKvmFaster ? "kvm" : "tcg", kvmMs, tcgMs };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function run(
  qemu: string,
  accelerator: Accelerator,
  image: string,
  cwd: string,
): Promise<number | null> {
  const start = performance.now();
  const args = [...processorArguments(accelerator), "-m", "16M", "-kernel", image];
  return new Promise((resolve) => {
    const limits = { cwd, timeout: PROBE_TIMEOUT_MS, killSignal: "SIGKILL" } as const;
    const child = execFile(qemu, args, limits, (error) => {
      const gotThrough = error?.code === PROBE_EXIT_CODE;
      resolve(gotThrough ? performance.now() - start : null);
    });
    child.stdin?.end();
  });
}

/** Counts to twenty million, then leaves the guest two thousand times through an unused port, as
 * devices make it do, and exits with status 5. */
export function probeProgram(): Buffer {
  const dword = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
  return pvhProgram(
    Uint8Array.from([
      ...[0xb9, ...dword(20_000_000)], // mov ecx, 20000000
      ...[0x49, 0x75, 0xfd], // dec ecx; jnz back
      ...[0xb9, ...dword(2_000)], // mov ecx, 2000
      ...[0xe6, 0xe0], // out 0xe0, al
      ...[0x49, 0x75, 0xfb], // dec ecx; jnz back
      ...[0xb0, 5, 0xe6, 0xf4], // mov al, 5; out 0xf4, al
      ...[0xf4, 0xeb, 0xfd], // hlt; jmp back
    ]),
  );
}

/** Names what was found out about this QEMU on this machine. */
export async function machineKey(qemu: string): Promise<string> {
  const { mtimeMs, size } = await stat(qemu);
  const parts = [release(), cpus()[0]?.model ?? "", cpus().length, qemu, mtimeMs, size];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

async function readResult(file: string): Promise<ProbeResult | undefined> {
  try {
    const value = JSON.parse(await readFile(file, "utf8")) as ProbeResult;
    return value.accelerator === "kvm" || value.accelerator === "tcg" ? value : undefined;
  } catch {
    return undefined;
  }
}
