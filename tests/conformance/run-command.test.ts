// `unikernel run` as it is typed: its image stays in the store for as long as the guest runs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../toolchain/src/index.ts";
import { liveRoots } from "../../toolchain/src/store/roots.ts";

const repository = join(import.meta.dirname, "../..");
const app = join(repository, "tests/conformance/network-app");
const server = [app, "--library", "lwip", "--library", "httpd"];
const store = openStore();

/** What the command keeps, from when its guest listens until it is told to stop. */
async function keptWhileRunning(...commandLine: readonly string[]) {
  const child = spawn(join(repository, "toolchain/bin/unikernel"), ["run", ...commandLine]);
  const rootsOfChild = () =>
    liveRoots(store, Date.now(), true).filter(({ owner }) => owner.endsWith(` ${child.pid}`));
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes("listening on port")) break;
  }
  expect(output).toContain("listening on port");
  const during = rootsOfChild();
  const ended = once(child, "exit");
  child.kill("SIGINT");
  await ended;
  expect(rootsOfChild()).toEqual([]);
  return during;
}

test("an image that is built, or that is a file of the store, is kept while it runs", async () => {
  const [built, ...more] = await keptWhileRunning(...server);
  expect(more).toEqual([]);
  expect(built).toMatchObject({ owner: expect.stringMatching(/^unikernel run, process \d+$/) });
  const image = await store.image(built?.digest ?? "");
  expect(image?.manifest.libraries.map(({ name }) => name)).toContain("httpd");
  const [again] = await keptWhileRunning(image?.path ?? "");
  expect(again?.digest).toBe(built?.digest);
}, 120_000);
