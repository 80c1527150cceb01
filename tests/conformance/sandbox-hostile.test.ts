// What a hostile image gets when it tries to get out of its sandbox: an error or its end, and in
// the end's case one crash record that says why. docs/sandbox.md shows this table.
import { spawn } from "node:child_process";
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { guestConfiguration } from "../../toolchain/src/cli/qemu.ts";
import { buildImage, ensureTender, openStore, planImage } from "../../toolchain/src/index.ts";
import { tenderArguments } from "../../toolchain/src/tender/command-line.ts";
import { crashReasons, runSandboxed } from "./sandbox-guest.ts";
import { temporaryDirectory } from "./temporary.ts";

const directory = temporaryDirectory();
const constant = join(directory, "constant");
const BLOCK_BYTES = 8192;
let image: string;

beforeAll(async () => {
  writeFileSync(constant, Buffer.alloc(BLOCK_BYTES, "c"));
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

// The devices' descriptors are 2 and 3, in the order in which the tender was told of them.
let disks = 0;
function blocks() {
  // Each guest has its own: a disk that is written to is in nobody else's hands.
  const path = join(directory, `disk-${disks++}`);
  writeFileSync(path, Buffer.alloc(BLOCK_BYTES, "d"));
  return [
    { name: "own", path, readOnly: false },
    { name: "constant", path: constant, readOnly: true },
  ];
}
const attempt = (...given: string[]) => runSandboxed(directory, { image, blocks: blocks() }, given);

const READ = 0;
const WRITE = 1;
const PREAD = 17;
const PWRITE = 18;
const CLOCK_GETTIME = 228;
const EXIT_GROUP = 231;
const PPOLL = 271;
/** uretprobe and uprobe: newer kernels ask no filter, since these are only for their own use:
 * any other caller gets a signal. */
const unfiltered = [335, 336];
const allowed = [READ, WRITE, PREAD, PWRITE, CLOCK_GETTIME, EXIT_GROUP, PPOLL];

async function isKilled(...given: string[]): Promise<boolean> {
  const run = await attempt(...given);
  return (
    run.console.includes("trying") &&
    !run.console.includes("tried") &&
    crashReasons(run.console).join() === "forbidden system call" &&
    run.status === 134
  );
}

async function survivors(attempts: readonly (readonly string[])[]): Promise<string[]> {
  const left = [...attempts];
  const found: string[] = [];
  const worker = async () => {
    for (let given = left.shift(); given !== undefined; given = left.shift()) {
      if (!(await isKilled(...given))) found.push(given.join(" "));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return found;
}

describe("system calls", () => {
  test("every other one kills", async () => {
    const numbers = Array.from({ length: 512 }, (_, number) => number);
    const others = numbers.filter((number) => ![...allowed, ...unfiltered].includes(number));
    expect(await survivors(others.map((number) => ["call", String(number)]))).toEqual([]);
  });

  test.each(unfiltered)(
    "%i, which some kernels keep from filters, does nothing",
    async (number) => {
      const { console } = await attempt("call", String(number));
      // Dead, or alive with an error.
      const reasons = ["forbidden system call", "invalid instruction", undefined];
      const [reason] = crashReasons(console);
      expect(reasons).toContain(reason);
      expect(reason ?? console).toMatch(reason === undefined ? /^tried -\d+$/m : reason);
    },
  );

  test("numbers of other architectures kill, whatever they mean there", async () => {
    const strange = [2 ** 30, 2 ** 30 + 1, 2 ** 31, 2 ** 32 - 1].map(String);
    const x32 = allowed.map((number) => String(2 ** 30 + number));
    const calls = [...strange, ...x32].map((number) => ["call", number]);
    const calls32 = [1, 2, 3, 4, 11, 120, 252].map((number) => ["call32", String(number)]);
    expect(await survivors([...calls, ...calls32])).toEqual([]);
  });

  const far = String(2 ** 40);
  test.each([
    ["read of the console's output", [READ, 1, "buffer", 1]],
    ["read of the console's input where there is none", [READ, 0, "buffer", 1]],
    ["read of a block device without a place", [READ, 2, "buffer", 1]],
    ["read of a descriptor that is not open", [READ, 9, "buffer", 1]],
    ["read of descriptor -1", [READ, -1, "buffer", 1]],
    ["write to the console's input", [WRITE, 0, "buffer", 1]],
    ["write to a block device without a place", [WRITE, 2, "buffer", 1]],
    ["write to a descriptor that is not open", [WRITE, 511, "buffer", 1]],
    ["pread of the console", [PREAD, 1, "buffer", 1, 0]],
    ["pread of a descriptor that is not open", [PREAD, 4, "buffer", 1, 0]],
    ["pread beyond the end", [PREAD, 2, "buffer", 1, BLOCK_BYTES]],
    ["pread across the end", [PREAD, 2, "buffer", 513, BLOCK_BYTES - 512]],
    ["pread of more than there is", [PREAD, 3, "buffer", BLOCK_BYTES + 1, 0]],
    ["pread at a negative place", [PREAD, 2, "buffer", 1, -1]],
    ["pread whose end wraps around", [PREAD, 2, "buffer", 2 ** 32 - 1, "0xffffffff00000001"]],
    ["pread whose end carries", [PREAD, 2, "buffer", "0xffffffff", "0xffffffff"]],
    ["pread of 2⁴⁰ bytes", [PREAD, 2, "buffer", far, 0]],
    ["pread at 2⁴⁰", [PREAD, 2, "buffer", 1, far]],
    ["pwrite to a read-only device", [PWRITE, 3, "buffer", 1, 0]],
    ["pwrite beyond the end", [PWRITE, 2, "buffer", 1, BLOCK_BYTES]],
    ["pwrite across the end", [PWRITE, 2, "buffer", 2, BLOCK_BYTES - 1]],
    ["pwrite to the console", [PWRITE, 1, "buffer", 1, 0]],
    ["ppoll of too many", [PPOLL, "buffer", 33, 0, 0]],
    ["ppoll of 2⁴⁰", [PPOLL, "buffer", far, 0, 0]],
    ["ppoll with a signal mask", [PPOLL, "buffer", 1, 0, "buffer"]],
    ["the clock of this process", [CLOCK_GETTIME, 2, "buffer"]],
    ["the clock of another process", [CLOCK_GETTIME, -6, "buffer"]],
    ["a clock beyond 32 bits", [CLOCK_GETTIME, far, "buffer"]],
  ])("%s kills", async (_what, given) => {
    expect(await isKilled("call", ...given.map(String))).toBe(true);
  });

  test.each([
    ["write to the console", [WRITE, 1, "buffer", 0], 0],
    ["pread of all there is", [PREAD, 2, "buffer", BLOCK_BYTES, 0], BLOCK_BYTES],
    ["pread of the last byte", [PREAD, 3, "buffer", 1, BLOCK_BYTES - 1], 1],
    ["pread of nothing at the end", [PREAD, 2, "buffer", 0, BLOCK_BYTES], 0],
    ["pwrite of the last bytes", [PWRITE, 2, "buffer", 512, BLOCK_BYTES - 512], 512],
    ["the wall clock", [CLOCK_GETTIME, 0, "buffer"], 0],
    ["the steady clock", [CLOCK_GETTIME, 1, "buffer"], 0],
    ["ppoll of what is not open", [PPOLL, "buffer", 0, "buffer", 0], 0],
    // The kernel checks what a pointer points to: bad address.
    ["write from page 0", [WRITE, 1, 8, 1], -14],
    ["write from the kernel", [WRITE, 1, "0xffffffff81000000", 1], -14],
    ["pread into the text", [PREAD, 2, "text", 16, 0], -14],
    ["the clock into the text", [CLOCK_GETTIME, 0, "text"], -14],
  ])("%s gives %j %i", async (_what, given, result) => {
    const run = await attempt("call", ...given.map(String));
    expect(run.console).toContain(`tried ${result}\n`);
    expect(run.status).toBe(0);
  });
});

describe("memory", () => {
  test.each([
    ["write", "text", "page fault: write to read-only memory"],
    ["write", "0", "page fault: null pointer"],
    ["write", "0x600000000000", "page fault: no such memory"],
    ["write", "0xffffffff81000000", "page fault: "],
    ["read", "0x8000000000000000", "protection fault"],
    ["run", "memory", "page fault: execution of data"],
    ["run", "buffer", "page fault: execution of data"],
    ["run", "boot", "page fault: execution of data"],
    ["run", "0", "page fault: null pointer"],
    ["no-stack", "", "page fault: "],
    ["break-handler", "", "fault in the fault handler"],
  ])("%s %s ends with one crash record", async (...given) => {
    const reason = given.pop() ?? "";
    const run = await attempt(...given);
    expect(crashReasons(run.console)).toEqual([expect.stringContaining(reason)]);
    expect(run.status).toBe(134);
  });
});

test("a console file stops growing, and the guest lives on", async () => {
  const run = await attempt("flood", "80");
  expect(run.console.length).toBe(64 * 2 ** 20);
  expect(run.status).toBe(0);
});

test("memory ends with an error, not with the host's", async () => {
  const run = await attempt("exhaust");
  expect(run.console).toMatch(/^exhausted after \d+$/m);
  expect(run.status).toBe(0);
});

test("there is no second process to be had", async () => {
  const run = await attempt("multiply");
  expect(run.console).toContain("fork -1 vfork -1 exec -1\n");
  expect(run.status).toBe(0);
});

test("a guest has no more memory than it was granted, and nothing of its host", async () => {
  const granted = 16 * 2 ** 20;
  const tender = await ensureTender(openStore());
  const line = { image, memoryBytes: granted, configurationDescriptor: 3 };
  const configuration = join(directory, "touch.config");
  writeFileSync(configuration, guestConfiguration({ arguments: ["touch"], environment: [] }));
  const descriptor = openSync(configuration, "r");
  const child = spawn(tender, tenderArguments(line), {
    stdio: ["ignore", "pipe", "inherit", descriptor],
  });
  closeSync(descriptor);
  try {
    let output = "";
    for await (const chunk of child.stdout ?? []) {
      output += chunk;
      if (output.includes("touched")) break;
    }
    const children = `/proc/${child.pid}/task/${child.pid}/children`;
    const guest = Number(readFileSync(children, "utf8").trim().split(" ")[0]);
    const status = readFileSync(`/proc/${guest}/status`, "utf8");
    const value = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1];
    expect(Number(value("VmRSS")) * 1024).toBeGreaterThan(granted * 0.9);
    // The tender's own pages are the rest.
    expect(Number(value("VmRSS")) * 1024).toBeLessThan(granted + 2 ** 20);
    expect([value("NoNewPrivs"), value("Seccomp"), value("Threads")]).toEqual(["1", "2", "1"]);
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) {
      expect(value(set), set).toBe("0".repeat(16));
    }
    if (process.getuid?.() !== 0) return;
    expect(value("Uid")).toBe("65534");
    const maps = readFileSync(`/proc/${guest}/maps`, "utf8").trim().split("\n");
    const both = maps.filter((line) => /^\S+ .wx/.test(line));
    expect(maps.some((line) => / r-x/.test(line))).toBe(true);
    expect(both).toEqual([]);
    // Its console, and where it is asked to stop.
    expect(readdirSync(`/proc/${guest}/fd`)).toEqual(["1", "2"]);
    for (const name of ["user", "pid", "mnt", "net", "ipc", "uts"]) {
      const own = readlinkSync(`/proc/self/ns/${name}`);
      expect(readlinkSync(`/proc/${guest}/ns/${name}`), name).not.toBe(own);
    }
  } finally {
    child.kill("SIGTERM");
  }
});
