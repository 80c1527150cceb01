// `unikernel symbolize` and `unikernel debug` with guests that crash and guests that run, as a user
// types them.
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildImage, openStore, planImage, type StoredImage } from "@pulumi-unikernel/toolchain";
import { beforeAll, describe, expect, test } from "vitest";
import type { Driver, GuestSpec } from "../../provider/src/drivers/driver.ts";
import { failureReport } from "../../provider/src/guests/report.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { TestHome } from "./qemu-driver-home.ts";
import { SandboxHome } from "./sandbox-driver-home.ts";

const never = new AbortController().signal;
const PATIENCE = { everyMs: 20, timeoutMs: 20_000 };
const MAIN = join(import.meta.dirname, "../../toolchain/src/cli/main.ts");
const OWNER = "urn:pulumi:dev::shop::unikernel:index:Guest::front of /program";
const APP = join(import.meta.dirname, "lifecycle-app");
const source = readFileSync(join(APP, "main.c"), "utf8").split("\n");
const lineOf = (text: string) => source.findIndex((line) => line.includes(text)) + 1;

interface Home extends AsyncDisposable {
  readonly directory: string;
  readonly driver: Driver;
  spec(guest: object, changes?: Partial<GuestSpec>): Promise<GuestSpec>;
}

async function build(platform: "kvm" | "linux", optimize: "size" | "debug"): Promise<StoredImage> {
  const request = { app: APP, libraries: [], options: {}, platform, optimize } as const;
  return buildImage(await planImage({ ...request, architecture: "x86_64" }), openStore());
}

async function start(home: Home, image: StoredImage, args: readonly string[]) {
  const { path: imagePath, manifest } = image;
  const restart = { when: "no", backoffMs: 0 } as const;
  const lifecycle = { shutdownTimeoutMs: 20_000, restart };
  const changes = { imagePath, digest: manifest.digest, args, owner: OWNER, lifecycle };
  const spec = await home.spec({}, changes);
  await home.driver.apply(spec, never);
  return spec;
}

/** What a command prints; the images are those of this machine's store. */
async function run(home: Home, words: readonly string[], input = "") {
  const env = {
    ...process.env,
    UNIKERNEL_HOME: home.directory,
    UNIKERNEL_STORE: openStore().directory,
  };
  const running = promisify(execFile)(process.execPath, [MAIN, ...words], { env });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

describe.each([
  { platform: "kvm", make: (): Promise<Home> => TestHome.make() },
  { platform: "linux", make: (): Promise<Home> => SandboxHome.make() },
] as const)("a crash on the platform $platform", ({ platform, make }) => {
  let image: StoredImage;
  beforeAll(async () => {
    image = await build(platform, "size");
  }, 300_000);

  test("is told with function, file and line, by its build", async () => {
    await using home = await make();
    const { id } = await start(home, image, ["crash"]);
    const hasCrashed = async () => (await home.driver.status(id)).state === "crashed" || undefined;
    expect(await poll(hasCrashed, PATIENCE)).toBe(true);
    const place = `in main.c:${lineOf("= 1;")}`;
    const readable = new RegExp(`^ {2}at main\\+0x[0-9a-f]+ \\(0x[0-9a-f]+\\) ${place}$`, "m");
    const shown = await run(home, ["symbolize", "--guest", "front"]);
    expect(shown).toMatch(/^crash: page fault: null pointer$/m);
    expect(shown).toMatch(readable);
    expect(shown).toContain(`, ${image.manifest.digest.slice(0, 19)}\n`);

    // The same from stdin and from a file, wherever the record stands in a line.
    const lines = await home.driver.consoleTail(id, 10);
    const record = lines.find((line) => line.includes("crash {")) ?? "";
    expect(await run(home, ["symbolize"], `12:00 front: ${record}\r\n`)).toBe(shown);
    const file = join(home.directory, "log");
    await writeFile(file, lines.join("\n"));
    expect(await run(home, ["symbolize", "--image", image.symbolsPath, file])).toContain(place);

    const report = await failureReport(home.driver, id, "it ended", image.symbolsPath);
    expect(report).toContain(place);

    const other = await build(platform, "debug");
    const wrong = run(home, ["symbolize", "--image", other.manifest.digest, file]);
    await expect(wrong).rejects.toThrow(/the crash is of build [0-9a-f]{16}, but sha256:/);
    const unknown = record.replace(/"build":"[0-9a-f]*"/, '"build":"0123456789abcdef"');
    await expect(run(home, ["symbolize"], unknown)).rejects.toThrow(
      "the crash is of build 0123456789abcdef, and no image of this machine's store is",
    );
  });
});

test("a text without a crash record is none", async () => {
  await using home = await SandboxHome.make();
  await expect(run(home, ["symbolize"], "all is well\n")).rejects.toThrow(
    "stdin: there is no crash record in it",
  );
});

describe("gdb at a guest of QEMU", () => {
  let image: StoredImage;
  beforeAll(async () => {
    image = await build("kvm", "debug");
  }, 300_000);

  test("stops at main of one that begins anew, which then runs on", async (context) => {
    if (spawnSync("gdb", ["--version"]).error !== undefined) context.skip("gdb is not installed");
    await using home: Home = await TestHome.make();
    const { id } = await start(home, image, ["handle", "now"]);
    const isReady = async () => (await home.driver.consoleTail(id, 5)).includes("ready");
    expect(await poll(async () => (await isReady()) || undefined, PATIENCE)).toBe(true);
    const commands = ["break main", "continue", "print arguments[1]", "bt", "detach"];
    const gdb = ["-batch", ...commands.flatMap((command) => ["-ex", command])];
    const said = await run(home, ["debug", "--restart", "front", "--", ...gdb]);
    expect(said).toMatch(/Breakpoint 1, main \(count=3, /);
    expect(said).toContain('"handle"');
    expect(said).toContain("main.c:");
    const hasBegunAgain = async () =>
      (await home.driver.consoleTail(id, 10)).filter((line) => line === "ready").length === 2;
    expect(await poll(async () => (await hasBegunAgain()) || undefined, PATIENCE)).toBe(true);
    expect((await home.driver.status(id)).state).toBe("running");
    await home.driver.stop(id);
    expect((await home.driver.status(id)).exitStatus).toBe(7);
  });

  test("is refused where the driver has none", async () => {
    await using home: Home = await SandboxHome.make();
    await start(home, await build("linux", "size"), ["handle"]);
    await expect(run(home, ["debug", "front"])).rejects.toThrow(
      'a guest of the driver "sandbox"; only those of "qemu" can be debugged',
    );
  });
});
