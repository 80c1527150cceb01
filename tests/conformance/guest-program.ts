// Test programs of micro-libraries: what the comments at their top ask for, and one run in QEMU or
// as a sandboxed process.
//
//   // expect: success                   (the default) a line SUCCESS and exit status 0
//   // expect: status 3                  that exit status
//   // expect: crash "reason"            one crash record whose reason begins like that
//   // expect: console "text"            that text, whatever the status
// each optionally followed by `with ARGUMENT...`, which the guest is given; lines with the same
// arguments describe the same run.
//   // machines: microvm microvm-acpi pc q35 xen linux   (default: microvm xen linux)
//   // not on linux: REASON     skipped there; `not on xen` too
//   // memory: 32M      // processor: max      // qemu: FURTHER ARGUMENTS
//   // input: TEXT       a line typed on the console
//   // stop after: TEXT  once the console shows this, the guest is asked to end
//   // environment: NAME=VALUE NAME=VALUE
//   // disk: NAME 8M [read-only] [holding=TEXT] [failing=SECTOR]    a disk (one line each)
//   // volume: NAME=/PATH                           mounted there (library volumes)
//   // virtio: legacy modern                         kinds of virtio devices (default: modern)
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listLibraryTests } from "../../toolchain/src/apps/library-test.ts";
import { guestConfiguration, guestStatus } from "../../toolchain/src/cli/qemu.ts";
import { parseMemory } from "../../toolchain/src/cli/run.ts";
import { ensureTender, openStore } from "../../toolchain/src/index.ts";
import type { LibraryRegistry } from "../../toolchain/src/libraries/registry.ts";
import { tenderArguments } from "../../toolchain/src/tender/command-line.ts";
import type { Platform } from "../../toolchain/src/types.ts";
import { type Disk, diskArguments, diskBlocks, readDisk } from "./guest-disk.ts";

export interface Expectation {
  readonly kind: "success" | "status" | "crash" | "console";
  /** Of a status the number, of the others the text. */
  readonly value: string;
}

export interface GuestRun {
  readonly machine: string;
  readonly platform: Platform;
  /** Why it is not run on this machine. */
  readonly skip?: string;
  readonly arguments: readonly string[];
  readonly expectations: readonly Expectation[];
  readonly memory: string;
  readonly processor: string;
  readonly qemu: readonly string[];
  /** NAME=VALUE. */
  readonly environment: readonly string[];
  readonly disks: readonly Disk[];
  /** DISK=/PATH. */
  readonly volumes: readonly string[];
  readonly virtio: "legacy" | "modern";
  /** Written to the console; "" for nothing. */
  readonly input: string;
  /** What the console shows when the guest is to be asked to end. */
  readonly stopAfter?: string;
}

const machines: Readonly<Record<string, string>> = {
  microvm: "microvm,pic=off,pit=off,rtc=off,acpi=off",
  "microvm-acpi": "microvm",
  pc: "pc",
  q35: "q35",
};
/** A sandboxed process instead of a machine of QEMU's. */
const PROCESS = "linux";
/** A guest of a Xen host; xen-program.ts runs it. */
const XEN = "xen";

/** A break on the serial line, to QEMU's multiplexer. */
const BREAK = "\x01b";

/** The test programs of all libraries that have runs on such platforms, with these runs. */
export function testPrograms(
  registry: LibraryRegistry,
  isWanted: (platform: Platform) => boolean,
): { library: string; file: string; runs: (GuestRun & { given: string })[] }[] {
  return listLibraryTests(registry)
    .map(({ library, file }) => {
      const source = readFileSync(join(registry.root, library, "test", file), "utf8");
      const runs = readRuns(source).filter(({ platform }) => isWanted(platform));
      const named = runs.map((run) => ({ ...run, given: run.arguments.join(" ") }));
      return { library, file, runs: named };
    })
    .filter(({ runs }) => runs.length > 0);
}

/** All runs that a program's comments ask for. */
export function readRuns(source: string): GuestRun[] {
  const values = (key: string) =>
    [...source.matchAll(new RegExp(`^// ${key}: *(.*)$`, "gm"))].map(([, value = ""]) => value);
  const words = (text: string) => text.split(" ").filter((word) => word !== "");
  const byArguments = new Map<string, Expectation[]>();
  for (const line of values("expect")) {
    const { expectation, given } = readExpectation(line);
    byArguments.set(given, [...(byArguments.get(given) ?? []), expectation]);
  }
  if (byArguments.size === 0) byArguments.set("", [{ kind: "success", value: "SUCCESS" }]);
  const wanted = words(values("machines")[0] ?? `microvm ${XEN} ${PROCESS}`);
  const stopAfter = values("stop after")[0];
  const known = [...Object.keys(machines), XEN, PROCESS];
  const unknown = wanted.find((machine) => !known.includes(machine));
  if (unknown) throw new Error(`machines: no machine is called "${unknown}"`);
  const virtio = words(values("virtio")[0] ?? "modern");
  const other = virtio.find((kind) => kind !== "legacy" && kind !== "modern");
  if (other) throw new Error(`virtio: "${other}" is neither legacy nor modern`);
  const hardware = wanted.flatMap((machine) =>
    (machine in machines ? virtio : virtio.slice(0, 1)).map((kind) => ({
      machine,
      virtio: kind as GuestRun["virtio"],
    })),
  );
  return hardware.flatMap((each) =>
    [...byArguments].map(([given, expectations]) => ({
      ...each,
      platform: platformOf(each.machine),
      ...skipped(values(`not on ${each.machine}`)[0]),
      arguments: words(given),
      expectations,
      memory: values("memory")[0] ?? "32M",
      processor: values("processor")[0] ?? "max",
      qemu: words(values("qemu")[0] ?? ""),
      input: values("input")
        .map((line) => `${line}\n`)
        .join(""),
      ...(stopAfter === undefined ? {} : { stopAfter }),
      environment: words(values("environment")[0] ?? ""),
      disks: values("disk").map(readDisk),
      volumes: values("volume").map((line) => line.trim()),
    })),
  );
}

function platformOf(machine: string): Platform {
  return machine === PROCESS ? "linux" : machine === XEN ? "xen" : "kvm";
}

function skipped(reason: string | undefined): { skip?: string } {
  return reason === undefined ? {} : { skip: reason };
}

function readExpectation(line: string): { expectation: Expectation; given: string } {
  const match =
    /^(?:(success)|(status) (\d+)|(crash|console) "(.*)")(?: with (.*))?$/.exec(line.trim()) ?? [];
  const [, success, status, number, quoted, text, given = ""] = match;
  if (success) return { expectation: { kind: "success", value: "SUCCESS" }, given };
  if (status && number) return { expectation: { kind: "status", value: number }, given };
  if (quoted && text !== undefined) {
    return { expectation: { kind: quoted as "crash" | "console", value: text }, given };
  }
  throw new Error(`expect: "${line}" is none of success, status N, crash "…", console "…"`);
}

export interface GuestResult {
  readonly status: number;
  readonly console: string;
}

/** Boots an image once; kills it after the time limit. */
export async function runProgram(
  image: string,
  run: GuestRun,
  timeoutMs: number,
): Promise<GuestResult> {
  const directory = mkdtempSync(join(tmpdir(), "unikernel-guest-"));
  const consoleFile = join(directory, "console");
  const console_ = openSync(consoleFile, "w");
  try {
    const configuration = join(directory, "config");
    writeFileSync(configuration, guestConfiguration(run));
    const command = await commandOf(image, run, directory, configuration);
    // A file takes every byte at once. Node's pipes are sockets that hold a few hundred of
    // QEMU's single bytes; when we read slowly, QEMU's serial port gives up and drops some.
    const descriptor = openSync(configuration, "r");
    const child = spawn(command.program, command.arguments, {
      stdio: ["pipe", console_, console_, descriptor],
    });
    closeSync(descriptor);
    // A guest may have ended before it read everything.
    child.stdin?.on("error", () => undefined);
    if (run.stopAfter === undefined) child.stdin?.end(run.input);
    else child.stdin?.write(run.input);
    const watch = setInterval(() => {
      if (run.stopAfter === undefined) return clearInterval(watch);
      if (!readFileSync(consoleFile, "utf8").includes(run.stopAfter)) return;
      clearInterval(watch);
      if (run.platform === "linux") child.kill("SIGTERM");
      else child.stdin?.write(BREAK);
    }, 5);
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const status = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? -1));
    });
    clearTimeout(timer);
    clearInterval(watch);
    const output = readFileSync(consoleFile, "utf8");
    if (status === -1) throw new Error(`the guest did not end within ${timeoutMs} ms:\n${output}`);
    const guest = run.platform === "linux" ? status : guestStatus(status, output);
    return { status: guest, console: output };
  } finally {
    closeSync(console_);
    rmSync(directory, { recursive: true, force: true });
  }
}

async function commandOf(image: string, run: GuestRun, directory: string, configuration: string) {
  if (run.platform === "linux") {
    const memoryBytes = parseMemory(run.memory);
    const blocks = await diskBlocks(run, directory);
    const line = { image, memoryBytes, configurationDescriptor: 3, readsConsole: true, blocks };
    return { program: await ensureTender(openStore()), arguments: tenderArguments(line) };
  }
  return {
    program: "qemu-system-x86_64",
    arguments: [
      ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
      ...["-accel", "tcg", "-machine", machines[run.machine] ?? run.machine],
      ...["-cpu", run.processor, "-m", run.memory],
      ...(run.stopAfter === undefined
        ? ["-serial", "stdio"]
        : ["-chardev", "stdio,id=console,mux=on,signal=off", "-serial", "chardev:console"]),
      ...["-kernel", image, "-initrd", configuration],
      ...["-device", "isa-debug-exit,iobase=0xf4,iosize=0x4"],
      ...(await diskArguments(run, directory)),
      ...run.qemu,
    ],
  };
}

const crashRecord = /^\[unikernel\] crash (\{.*\})$/gm;

/** What is wrong with a result; undefined when it is as expected. */
export function mismatch(result: GuestResult, expectation: Expectation): string | undefined {
  const shown = `\nstatus ${result.status}, console:\n${result.console.slice(-4000)}`;
  const { kind, value } = expectation;
  if (kind === "success") {
    const verdict = result.console.split(/\r?\n/).includes(value);
    return verdict && result.status === 0 ? undefined : `no ${value}${shown}`;
  }
  if (kind === "status") {
    return result.status === Number(value) ? undefined : `expected status ${value}${shown}`;
  }
  if (kind === "console") {
    return result.console.includes(value) ? undefined : `expected "${value}"${shown}`;
  }
  const records = [...result.console.matchAll(crashRecord)];
  const text = records[0]?.[1];
  if (!text || records.length > 1 || result.status !== 134)
    return `expected a crash "${value}"${shown}`;
  const record = JSON.parse(text) as { reason: string; frames: string[]; build: string };
  const complete =
    record.reason.startsWith(value) &&
    /^[0-9a-f]{16}$/.test(record.build) &&
    record.frames.every((frame) => /^0x[0-9a-f]+$/.test(frame));
  return complete ? undefined : `expected a crash "${value}"${shown}`;
}
