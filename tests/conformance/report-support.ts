// What the tests of `unikernel report` share: the command as a user runs it, two pages, and the
// images that they tell about.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect } from "vitest";
import { openStore, type StoredImage } from "../../toolchain/src/index.ts";
import type { Workshop } from "./builder-support.ts";
import { temporaryDirectory } from "./temporary.ts";

export const repository = join(import.meta.dirname, "../..");
export const hello = join(repository, "examples/hello");
export const directory = temporaryDirectory();
export const helloPage = join(directory, "hello.html");
export const serverPage = join(directory, "server.html");
/** The server with one option changed, compared with hello. */
export const serverRequest = [
  join(repository, "examples/http-server/app"),
  ...["--option", "LWIP_TCP_WND=32120"],
  ...["--compare", hello],
];

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function unikernel(
  commandLine: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Outcome {
  return spawnSync(join(repository, "toolchain/bin/unikernel"), commandLine, {
    cwd: directory,
    encoding: "utf8",
    env: { ...process.env, ...environment },
    maxBuffer: 64 << 20,
  });
}

export function succeed(...commandLine: string[]): string {
  const { status, stdout, stderr } = unikernel(commandLine);
  expect(status, stderr).toBe(0);
  return stdout;
}

/** Runs the command with a workshop's store. */
export function unikernelIn(shop: Workshop, commandLine: readonly string[]): Outcome {
  const home = join(shop.directory, "home");
  mkdirSync(home, { recursive: true });
  try {
    symlinkSync(shop.store.directory, join(home, "store"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return unikernel(commandLine, { UNIKERNEL_HOME: home });
}

export function writePages(): void {
  beforeAll(() => {
    succeed("report", hello, "-o", helloPage);
    succeed("report", ...serverRequest, "-o", serverPage);
  });
}

/** The image that a page tells about, as the store has it. */
export async function imageOf(page: string): Promise<StoredImage> {
  const digest = /<code title="(sha256:[0-9a-f]{64})"/.exec(readFileSync(page, "utf8"))?.[1] ?? "";
  const image = await openStore().image(digest);
  if (!image) throw new Error(`the store has no ${digest}`);
  return image;
}

/** The JSON of one of a page's data blocks, read from the file and not by a browser. */
export function dataBlock<T>(file: string, id: string): T {
  const text = readFileSync(file, "utf8");
  const start = `<script type="application/json" id="${id}">`;
  const begin = text.indexOf(start) + start.length;
  return JSON.parse(text.slice(begin, text.indexOf("</script>", begin))) as T;
}
