// One run of an image under the tender, for tests of what it lets through.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { guestConfiguration } from "../../toolchain/src/cli/qemu.ts";
import { ensureTender, openStore } from "../../toolchain/src/index.ts";
import { type TenderCommand, tenderArguments } from "../../toolchain/src/tender/command-line.ts";

export interface SandboxRun {
  /** Of the tender; null when a signal ended it. */
  readonly status: number | null;
  readonly console: string;
  /** What the tender itself said. */
  readonly complaint: string;
}

const TIMEOUT_MS = 30_000;
let runs = 0;

export async function runSandboxed(
  directory: string,
  command: Omit<TenderCommand, "memoryBytes" | "configurationDescriptor"> & {
    readonly memoryBytes?: number;
    /** Another copy of the tender. */
    readonly program?: string;
  },
  given: readonly string[] = [],
  around: readonly string[] = [],
): Promise<SandboxRun> {
  const name = join(directory, `run-${process.pid}-${runs++}`);
  writeFileSync(`${name}.config`, guestConfiguration({ arguments: given, environment: [] }));
  const descriptors = [`${name}.console`, `${name}.complaint`].map((path) => openSync(path, "w"));
  const configuration = openSync(`${name}.config`, "r");
  try {
    const tender = command.program ?? (await ensureTender(openStore()));
    const line = { memoryBytes: 16 * 2 ** 20, configurationDescriptor: 3, ...command };
    const [program = tender, ...rest] = [...around, tender, ...tenderArguments(line)];
    const child = spawn(program, rest, {
      cwd: directory,
      stdio: ["ignore", ...descriptors, configuration],
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    clearTimeout(timer);
    const read = (end: string) => readFileSync(`${name}.${end}`, "latin1");
    return { status, console: read("console"), complaint: read("complaint") };
  } finally {
    for (const descriptor of [...descriptors, configuration]) closeSync(descriptor);
  }
}

/** The reasons of the crash records on a console. */
export function crashReasons(console: string): string[] {
  return [...console.matchAll(/^\[unikernel\] crash (\{.*\})$/gm)].map(
    ([, record = "{}"]) => (JSON.parse(record) as { reason: string }).reason,
  );
}
