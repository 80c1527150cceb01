// Guests that lose their power while they write. QEMU is killed (SIGKILL) at random moments; in
// every second round the disk besides goes back to a random write before that and loses a random
// part of the sectors that were not flushed by then, which a kill alone would leave in the host's
// memory. The next guest finds all that was synced.
//
// POWER_LOSSES=200 makes as many rounds; POWER_LOSS_SEED repeats a run's choices.
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { guestConfiguration } from "../../toolchain/src/cli/qemu.ts";
import { buildImage, openStore, planImage } from "../../toolchain/src/index.ts";
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
let image: string;

beforeAll(async () => {
  const plan = await planImage({
    app: fileURLToPath(new URL("power-loss-app", import.meta.url)),
    libraries: ["volumes"],
    options: {},
    optimize: "speed",
    platform: "kvm",
    architecture: "x86_64",
  });
  image = (await buildImage(plan, openStore())).path;
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

function start(args: readonly string[]): ChildProcess {
  const configuration = join(directory, "config");
  const given = { arguments: args, environment: [], volumes: ["data=/data"] };
  writeFileSync(configuration, guestConfiguration(given));
  writeFileSync(log, "");
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
async function run(args: readonly string[], steps: number, delayMs: number): Promise<Round> {
  const guest = start(args);
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

test(
  `all that was synced survives ${ROUNDS} losses of power`,
  async () => {
    const random = randomFrom(SEED);
    writeFileSync(disk, "");
    truncateSync(disk, DISK_BYTES);
    let promised = 0;
    let lostSectors = 0;
    for (let round = 0; round < ROUNDS; round++) {
      copyFileSync(disk, before);
      const steps = Math.floor(random() * 8);
      const { found, synced, condemned, console } = await run([], steps, random() * 20);
      expect(console, `seed ${SEED}, round ${round}`).not.toContain("FAILED");
      expect(found, `seed ${SEED}, round ${round}`).toBeGreaterThanOrEqual(promised);
      if (round % 2 === 0) {
        promised = synced;
      } else {
        copyFileSync(before, disk);
        lostSectors += (await losePower(disk, log, condemned.logBytes, random)).lostSectors;
        promised = Math.max(found, condemned.synced);
      }
    }
    const { found, console } = await run(["check"], Number.POSITIVE_INFINITY, 0);
    expect(console, `seed ${SEED}`).not.toContain("FAILED");
    expect(found, `seed ${SEED}`).toBeGreaterThanOrEqual(promised);
    // Or the test would not have tested what it says.
    expect(promised).toBeGreaterThan(ROUNDS);
    expect(lostSectors).toBeGreaterThan(0);
  },
  ROUNDS * ROUND_TIMEOUT_MS,
);
