// Guests that lose their power while they write files or commit to a database. QEMU is killed
// (SIGKILL) at random moments; in every second round the disk besides goes back to a random write
// before that and loses a random part of the sectors that were not flushed by then, which a kill
// alone would leave in the host's memory. The next guest finds all that was synced. A sandboxed
// guest is killed only: each of its writes is durable before the next.
//
// POWER_LOSSES=200 makes as many rounds; POWER_LOSS_SEED repeats a run's choices.
import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { guestConfiguration } from "../../toolchain/src/cli/qemu.ts";
import { buildImage, ensureTender, openStore, planImage } from "../../toolchain/src/index.ts";
import { tenderArguments } from "../../toolchain/src/tender/command-line.ts";
import type { Platform } from "../../toolchain/src/types.ts";
import { losePower } from "./write-log.ts";

const BUILD_TIMEOUT_MS = 600_000;
const ROUNDS = Number(process.env.POWER_LOSSES ?? 25);
const ROUND_TIMEOUT_MS = 30_000;
const SEED = Number(process.env.POWER_LOSS_SEED ?? Date.now() % 2 ** 31);
const DISK_BYTES = 8 * 2 ** 20;

const directory = mkdtempSync(join(tmpdir(), "unikernel-power-"));
const disk = join(directory, "disk.raw");
const before = join(directory, "before.raw");
const log = join(directory, "writes.log");

interface Subject {
  readonly app: string;
  readonly libraries: readonly string[];
  readonly platform: Platform;
  /** What a guest is told, a random one of these. */
  readonly modes: readonly (readonly string[])[];
}

const files = { app: "power-loss-app", libraries: ["volumes"], modes: [[]] };
const sqlite = {
  app: "power-loss-sqlite",
  libraries: ["volumes", "sqlite"],
  modes: [["delete"], ["persist"], ["wal"]],
};
const subjects: readonly Subject[] = [
  { ...files, platform: "kvm" },
  { ...sqlite, platform: "kvm" },
  { ...sqlite, platform: "linux" },
];
const images = new Map<Subject, string>();

beforeAll(async () => {
  for (const subject of subjects) {
    const plan = await planImage({
      app: fileURLToPath(new URL(subject.app, import.meta.url)),
      libraries: subject.libraries,
      options: {},
      optimize: "speed",
      platform: subject.platform,
      architecture: "x86_64",
    });
    images.set(subject, (await buildImage(plan, openStore())).path);
  }
}, BUILD_TIMEOUT_MS);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function start(subject: Subject, args: readonly string[]): Promise<ChildProcess> {
  const configuration = join(directory, "config");
  const given = { arguments: args, environment: [], volumes: ["data=/data"] };
  writeFileSync(configuration, guestConfiguration(given));
  writeFileSync(log, "");
  const image = images.get(subject) ?? "";
  if (subject.platform === "linux") return startProcess(image, configuration);
  return startMachine(image, configuration);
}

async function startProcess(image: string, configuration: string): Promise<ChildProcess> {
  const blocks = [{ name: "data", path: disk, readOnly: false }];
  const line = { image, memoryBytes: 32 * 2 ** 20, configurationDescriptor: 3, blocks };
  const tender = await ensureTender(openStore());
  const descriptor = openSync(configuration, "r");
  const stdio = ["ignore", "pipe", "pipe", descriptor] as const;
  const child = spawn(tender, tenderArguments(line), { stdio: [...stdio] });
  closeSync(descriptor);
  return child;
}

function startMachine(image: string, configuration: string): ChildProcess {
  return spawn(
    "qemu-system-x86_64",
    [
      ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
      ...["-accel", "tcg", "-cpu", "max", "-m", "32M", "-serial", "stdio"],
      ...["-machine", "microvm,pic=off,pit=off,rtc=off,acpi=off"],
      ...["-kernel", image, "-initrd", configuration],
      ...["-device", "isa-debug-exit,iobase=0xf4,iosize=0x4"],
      ...["-blockdev", `driver=file,node-name=disk,filename=${disk}`],
      ...["-blockdev", `driver=file,node-name=log,filename=${log}`],
      ...["-blockdev", "driver=blklogwrites,node-name=data,file=disk,log=log,log-sector-size=512"],
      ...["-device", "virtio-blk-device,drive=data,serial=data"],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
}

interface Round {
  /** The step that the guest found to be the last one, and the last that it called synced. */
  readonly found: number;
  readonly synced: number;
  /** The last step called synced when the guest was condemned, and the log's size by then. */
  readonly condemned: { readonly synced: number; readonly logBytes: number };
  readonly console: string;
}

/** Runs a guest until it has synced so many steps and some time has passed, or until it ends. */
async function run(
  subject: Subject,
  args: readonly string[],
  steps: number,
  delayMs: number,
): Promise<Round> {
  const guest = await start(subject, args);
  let output = "";
  const kill = () => guest.kill("SIGKILL");
  const limit = setTimeout(kill, ROUND_TIMEOUT_MS);
  let condemned: Round["condemned"] | undefined;
  const numbers = (word: string) =>
    [...output.matchAll(new RegExp(`^${word} (\\d+)\\r?\\n`, "gm"))].map(([, digits]) =>
      Number(digits),
    );
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
    const synced = numbers("synced");
    if (condemned || numbers("found").length === 0 || synced.length < steps) return;
    condemned = { synced: Math.max(0, ...synced), logBytes: statSync(log).size };
    setTimeout(kill, delayMs);
  };
  guest.stdout?.on("data", collect);
  guest.stderr?.on("data", collect);
  await new Promise((resolve) => guest.on("close", resolve));
  clearTimeout(limit);
  const found = numbers("found")[0];
  if (found === undefined)
    throw new Error(`the guest did not come back (seed ${SEED}):\n${output}`);
  return {
    found,
    synced: Math.max(found, ...numbers("synced")),
    condemned: condemned ?? { synced: 0, logBytes: 0 },
    console: output,
  };
}

test.each(subjects)(
  `$app on $platform: all that was synced survives ${ROUNDS} losses of power`,
  { timeout: ROUNDS * ROUND_TIMEOUT_MS },
  async (subject) => {
    const random = randomFrom(SEED);
    const mode = () => subject.modes[Math.floor(random() * subject.modes.length)] ?? [];
    writeFileSync(disk, "");
    truncateSync(disk, DISK_BYTES);
    let promised = 0;
    let lostSectors = 0;
    for (let round = 0; round < ROUNDS; round++) {
      copyFileSync(disk, before);
      const steps = Math.floor(random() * 8);
      const ended = await run(subject, mode(), steps, random() * 20);
      const { found, synced, condemned, console } = ended;
      expect(console, `seed ${SEED}, round ${round}`).not.toContain("FAILED");
      expect(found, `seed ${SEED}, round ${round}`).toBeGreaterThanOrEqual(promised);
      if (round % 2 === 0 || subject.platform === "linux") {
        promised = synced;
      } else {
        copyFileSync(before, disk);
        lostSectors += (await losePower(disk, log, condemned.logBytes, random)).lostSectors;
        promised = Math.max(found, condemned.synced);
      }
    }
    const { found, console } = await run(
      subject,
      [...mode(), "check"],
      Number.POSITIVE_INFINITY,
      0,
    );
    expect(console, `seed ${SEED}`).not.toContain("FAILED");
    expect(found, `seed ${SEED}`).toBeGreaterThanOrEqual(promised);
    // Or the test would not have tested what it says.
    expect(promised).toBeGreaterThan(ROUNDS);
    if (subject.platform === "kvm") expect(lostSectors).toBeGreaterThan(0);
  },
);
