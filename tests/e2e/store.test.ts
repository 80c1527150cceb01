// The store is a cache: whatever is missing or damaged is made again with the same digest, and
// what runs is left alone.
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changesIn } from "./support/events.ts";
import { guestDirectories, qemuProcessesOf } from "./support/home.ts";
import { SmallDisk } from "./support/machine.ts";
import { freePort, get } from "./support/network.ts";
import { editFile } from "./support/program.ts";
import { Project } from "./support/project.ts";

let project: Project;
let digest: string;
let url: string;
let qemu: readonly number[];

const runningQemu = () => qemuProcessesOf(project.home).map(({ pid }) => pid);
const imageDirectory = () => join(project.home, "store/images", digest.replace("sha256:", ""));

beforeAll(async () => {
  project = await new Project({ store: "copied" }).init();
  project.program({ guest: { hostPort: await freePort() } });
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  const outputs = await project.outputs();
  digest = outputs.digest as string;
  url = outputs.url as string;
  qemu = runningQemu();
});
afterAll(() => project.dispose());

/** As if there were no room for anything. */
function collectEverything(): { readonly kept: { digest: string; owner: string }[] } {
  const { status, stdout, stderr } = spawnSync(
    join(import.meta.dirname, "../../toolchain/bin/unikernel"),
    ["gc", "--max-size", "0", "--json"],
    { encoding: "utf8", env: project.environment },
  );
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

async function expectRebuildOnly(): Promise<void> {
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(changesIn(run.events)).toEqual(["update Image web"]);
  expect((await project.outputs()).digest).toBe(digest);
  expect(runningQemu()).toEqual(qemu);
  expect((await get(url)).status).toBe(200);
  expect(existsSync(join(imageDirectory(), "image.elf"))).toBe(true);
  const again = await project.up();
  expect(changesIn(again.events)).toEqual([]);
}

test("an image that this machine's store lacks is rebuilt, and nothing else happens", async () => {
  rmSync(join(project.home, "store/images"), { recursive: true });
  await expectRebuildOnly();
});

test("garbage collection leaves what the guest runs and the stack names", async () => {
  const { kept } = collectEverything();
  expect(kept.map((each) => each.digest)).toEqual([digest, digest]);
  expect(kept.map((each) => each.owner).sort()).toEqual([
    `the guest ${join(project.home, "guests", guestDirectories(project.home)[0] ?? "")}`,
    `urn:pulumi:test::e2e::unikernel:index:Image::web of ${project.directory}`,
  ]);
  expect(existsSync(join(imageDirectory(), "symbols.elf"))).toBe(true);
  const run = await project.up();
  expect(run.status, run.output).toBe(0);
  expect(runningQemu()).toEqual(qemu);
  expect((await project.outputs()).digest).toBe(digest);
});

test("so it is when the machine has no store at all", { timeout: 600_000 }, async () => {
  rmSync(join(project.home, "store"), { recursive: true });
  await expectRebuildOnly();
});

test("a damaged image is noticed by its digest and rebuilt", async () => {
  const file = join(imageDirectory(), "image.elf");
  const offset = Math.floor(readFileSync(file).length / 2);
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, Buffer.from("damaged"), 0, 7, offset);
  closeSync(descriptor);
  await expectRebuildOnly();
  expect(readFileSync(file).includes("damaged")).toBe(false);
});

test("a full disk fails clearly and leaves the guest running", async (context) => {
  const disk = SmallDisk.replace(join(project.home, "store"), 512);
  if (typeof disk === "string") return context.skip(disk);
  try {
    await disk.fill();
    editFile(join(project.app, "main.c"), "page one", "page two, which does not fit");
    const run = await project.up();
    expect(run.status).not.toBe(0);
    expect(run.output).toMatch(/no space left on device/i);
    expect(runningQemu()).toEqual(qemu);
    expect((await get(url)).body).toContain("page one");

    rmSync(disk.filler);
    const retried = await project.up();
    expect(retried.status, retried.output).toBe(0);
    expect((await get(url)).body).toContain("which does not fit");
  } finally {
    disk.unmount();
  }
});
