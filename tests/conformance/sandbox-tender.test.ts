// The tender itself: what it does to images that are damaged, for users without privileges, and
// where there are no namespaces.
import { readFileSync, writeFileSync } from "node:fs";
import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { buildImage, ensureTender, openStore, planImage } from "../../toolchain/src/index.ts";
import { runSandboxed } from "./sandbox-guest.ts";
import { temporaryDirectory } from "./temporary.ts";

const directory = temporaryDirectory();
const image = join(directory, "image");
let bytes: Buffer;

beforeAll(async () => {
  const plan = await planImage({
    app: fileURLToPath(new URL("../../examples/hello", import.meta.url)),
    libraries: [],
    options: {},
    optimize: "size",
    platform: "linux",
    architecture: "x86_64",
  });
  bytes = readFileSync((await buildImage(plan, openStore())).path);
  writeFileSync(image, bytes);
}, 600_000);

const HELLO = "Hello from a unikernel\n";
const HEADERS_BYTES = 64 + 6 * 56;
const PROGRAM_HEADER = (index: number) => 64 + index * 56;

async function runDamaged(damage: (image: Buffer) => Buffer | undefined) {
  const copy = Buffer.from(bytes);
  const path = join(directory, "damaged");
  writeFileSync(path, damage(copy) ?? copy);
  return runSandboxed(directory, { image: path });
}

test.each<[string, (image: Buffer) => Buffer | undefined]>([
  ["not an ELF file", (image) => void image.write("#!", 0)],
  ["not an ELF file", (image) => image.subarray(0, 63)],
  ["not an executable with fixed addresses", (image) => void image.writeUInt16LE(3, 16)],
  ["program headers are damaged", (image) => void image.writeUInt16LE(33, 56)],
  ["program headers are damaged", (image) => void image.writeBigUInt64LE(2n ** 64n - 1n, 32)],
  ["writable and executable", (image) => void image.writeUInt32LE(7, PROGRAM_HEADER(1) + 4)],
  ["outside of the file", (image) => image.subarray(0, image.length - 1)],
  [
    "outside of the file",
    (image) => void image.writeBigUInt64LE(2n ** 64n - 1n, PROGRAM_HEADER(1) + 8),
  ],
  ["outside of the addresses", (image) => void image.writeBigUInt64LE(0n, PROGRAM_HEADER(0) + 16)],
  [
    "outside of the addresses",
    (image) => void image.writeBigUInt64LE(2n ** 62n, PROGRAM_HEADER(3) + 40),
  ],
  ["overlap", (image) => void image.writeBigUInt64LE(0x1000000n, PROGRAM_HEADER(1) + 16)],
  [
    "does not begin on a page",
    (image) => void image.writeBigUInt64LE(0x1000010n, PROGRAM_HEADER(0) + 16),
  ],
  [
    "entry point is in no executable segment",
    (image) => void image.writeBigUInt64LE(0x1000000n, 24),
  ],
  [
    "larger in the file than in memory",
    (image) => void image.writeBigUInt64LE(1n, PROGRAM_HEADER(1) + 40),
  ],
])("an image is refused: %s", async (reason, damage) => {
  const run = await runDamaged(damage);
  expect(run.complaint).toContain(reason);
  expect(run).toMatchObject({ status: 125, console: "" });
});

test("however its headers are damaged, an image is refused or runs, and the tender survives", async () => {
  const change = fc.record({
    at: fc.nat(HEADERS_BYTES - 1),
    value: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      const run = await runDamaged((image) => {
        for (const { at, value } of changes) image.writeUInt8(value, at);
        return image;
      });
      // A signal would have ended the tender itself: null.
      expect(run.status).not.toBeNull();
      if (run.complaint !== "") expect(run).toMatchObject({ status: 125, console: "" });
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["", "disk", "described as NAME=FILE"],
  ["n".repeat(21), "disk", "described as NAME=FILE"],
  ["data", "nothing", "cannot open the block device: nothing"],
  ["data", "/dev/zero", "not a file that can be a block device: /dev/zero"],
])("a disk is refused: %s=%s", async (name, path, reason) => {
  const run = await runSandboxed(directory, { image, blocks: [{ name, path, readOnly: true }] });
  expect(run.complaint).toContain(reason);
  expect(run).toMatchObject({ status: 125, console: "" });
});

test.each([
  ["a user without privileges", ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]],
  ["root without capabilities", ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]],
])("%s can run a guest", async (_who, around) => {
  if (process.getuid?.() !== 0) around.length = 0;
  // Where another user finds it, too.
  const tender = join(directory, "tender");
  await copyFile(await ensureTender(openStore()), tender);
  for (const path of [directory, tender, image]) await chmod(path, 0o755);
  const run = await runSandboxed(directory, { image, program: tender }, [], around);
  expect(run).toEqual({ status: 0, console: HELLO, complaint: "" });
});
