// Disks of sandboxed guests from outside: each write is durable, and nobody else has the file.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { guestConfiguration } from "../../toolchain/src/cli/qemu.ts";
import { buildImage, ensureTender, openStore, planImage } from "../../toolchain/src/index.ts";
import { type TenderBlock, tenderArguments } from "../../toolchain/src/tender/command-line.ts";
import { runSandboxed } from "./sandbox-guest.ts";
import { temporaryDirectory } from "./temporary.ts";

const directory = temporaryDirectory();
const O_DSYNC = 0o10000;
let image: string;

beforeAll(async () => {
  const plan = await planImage({
    app: fileURLToPath(new URL("hostile-app", import.meta.url)),
    libraries: ["plat", "plat-linux"],
    options: {},
    optimize: "debug",
    platform: "linux",
    architecture: "x86_64",
  });
  image = (await buildImage(plan, openStore())).path;
}, 600_000);

function makeDisk(name: string): string {
  const path = join(directory, name);
  writeFileSync(path, "");
  truncateSync(path, 2 ** 20);
  return path;
}

/** A guest that has the disk until it is killed. */
async function hold(block: TenderBlock): Promise<{ child: ChildProcess; guest: number }> {
  const configuration = join(directory, "hold.config");
  writeFileSync(configuration, guestConfiguration({ arguments: ["touch"], environment: [] }));
  const descriptor = openSync(configuration, "r");
  const line = { image, memoryBytes: 2 ** 24, configurationDescriptor: 3, blocks: [block] };
  const child = spawn(await ensureTender(openStore()), tenderArguments(line), {
    stdio: ["ignore", "pipe", "inherit", descriptor],
  });
  closeSync(descriptor);
  let output = "";
  for await (const chunk of child.stdout ?? []) {
    output += chunk;
    if (output.includes("touched")) break;
  }
  expect(output).toContain("touched");
  const children = `/proc/${child.pid}/task/${child.pid}/children`;
  return { child, guest: Number(readFileSync(children, "utf8").trim().split(" ")[0]) };
}

async function end(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await closed;
}

const disk = (path: string, readOnly: boolean): TenderBlock => ({ name: "disk", path, readOnly });
const attempt = (block: TenderBlock) => runSandboxed(directory, { image, blocks: [block] });
const inUse = (path: string) => ({
  status: 125,
  complaint: `tender: the block device is in use by another guest: ${path}\n`,
});

test("a disk that is written to has one guest", async () => {
  const path = makeDisk("written");
  const { child } = await hold(disk(path, false));
  try {
    for (const readOnly of [false, true]) {
      expect(await attempt(disk(path, readOnly))).toMatchObject(inUse(path));
    }
    const qemu = ["-machine", "none", "-display", "none", "-S", "-drive"];
    const other = spawnSync("qemu-system-x86_64", [...qemu, `if=none,format=raw,file=${path}`], {
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(other.stderr).toMatch(/Failed to .*lock/);
  } finally {
    await end(child);
  }
  expect(await attempt(disk(path, false))).toMatchObject({ status: 0, complaint: "" });
});

test("one that is only read has many, and nobody writes to it", async () => {
  const path = makeDisk("read");
  const { child } = await hold(disk(path, true));
  try {
    expect(await attempt(disk(path, true))).toMatchObject({ status: 0, complaint: "" });
    expect(await attempt(disk(path, false))).toMatchObject(inUse(path));
  } finally {
    await end(child);
  }
});

test("each write to a disk is durable when it returns", async (context) => {
  if (process.getuid?.() !== 0) context.skip("another process's descriptors are root's to see");
  const { child, guest } = await hold(disk(makeDisk("durable"), false));
  try {
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/${guest}/fdinfo/2`, "utf8"))?.[1];
    expect(Number.parseInt(flags ?? "0", 8) & O_DSYNC).toBe(O_DSYNC);
  } finally {
    await end(child);
  }
});
