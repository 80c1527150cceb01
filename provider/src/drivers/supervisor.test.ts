import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withForwards as withQemuForwards } from "./qemu/command-line.ts";
import { withForwards as withTenderForwards } from "./sandbox/control.ts";
import {
  changePlan,
  commandIn,
  formatPlan,
  isSupervisor,
  readEnded,
  readState,
  supervisedFiles,
} from "./supervisor.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "unikernel-supervisor-"));
});
afterEach(() => rm(directory, { recursive: true }));
const files = () =>
  supervisedFiles({ id: "web", directory, record: join(directory, "guest.json") });

const lifecycle = {
  shutdownTimeoutMs: 10_000,
  restart: { when: "on-failure", maxRetries: 3, backoffMs: 500 },
} as const;

test("a plan is what the supervisor reads", () => {
  const text = formatPlan({ kind: "qemu", lifecycle, command: ["/bin/qemu", "-m", "a b", ""] });
  expect(text.split("\0")).toEqual([
    ...["--kind", "qemu", "--restart", "on-failure", "--retries", "3", "--backoff", "500"],
    ...["--shutdown-timeout", "10000", "--console-bytes", "16777216"],
    ...["--", "/bin/qemu", "-m", "a b", "", ""],
  ]);
  expect(commandIn(text)).toEqual(["/bin/qemu", "-m", "a b", ""]);
  expect(commandIn("")).toBeUndefined();
});

test("a plan changes from the next start on, and only where there is one", async () => {
  const change = (command: readonly string[]) => [...command, "more"];
  await changePlan(files(), "process", lifecycle, change);
  await expect(readFile(files().command)).rejects.toThrow("ENOENT");
  await writeFile(files().command, formatPlan({ kind: "process", lifecycle, command: ["a"] }));
  await changePlan(files(), "process", undefined, change);
  const text = await readFile(files().command, "utf8");
  expect(commandIn(text)).toEqual(["a", "more"]);
  expect(text).toContain("--restart\0no\0");
});

test("reads what a supervisor tells, and nothing else", async () => {
  expect(await readState(files())).toBeUndefined();
  expect(await readEnded(files())).toBeUndefined();
  await writeFile(files().state, "restarts 2\nstarted 1700000000000\n");
  expect(await readState(files())).toEqual({ restarts: 2, startedAtMs: 1_700_000_000_000 });
  await writeFile(files().ended, "signal 9\n");
  expect(await readEnded(files())).toEqual({ kind: "signal", number: 9 });
  await writeFile(files().ended, "exit 3");
  expect(await readEnded(files())).toBeUndefined();
  expect(isSupervisor(["/store/supervisor", "--supervise", "web"], "web")).toBe(true);
  expect(isSupervisor(["/store/supervisor", "--supervise", "other"], "web")).toBe(false);
});

test("a port that has moved is in the next start's arguments, and nothing else has changed", () => {
  const port = { host: 8080, guest: 80, protocol: "tcp", address: "127.0.0.1" } as const;
  const qemu = ["qemu", "-netdev", "user,id=net0", "-netdev", "stream,id=net0-1"];
  const moved = withQemuForwards(qemu, [port]);
  expect(moved).toEqual([
    ...["qemu", "-netdev", "user,id=net0,hostfwd=tcp:127.0.0.1:8080-10.0.2.15:80"],
    ...["-netdev", "stream,id=net0-1"],
  ]);
  expect(withQemuForwards(moved, [])).toEqual(qemu);
  const tender = [
    "tender",
    "--guest",
    "web",
    "--memory",
    "1",
    "image",
    "--",
    "gateway",
    "--tcp",
    "1",
  ];
  const forwarded = withTenderForwards(tender, ["tcp:127.0.0.1:8080:127.1.2.3:20000"]);
  expect(forwarded).toEqual([
    ...["tender", "--guest", "web", "--forward", "tcp:127.0.0.1:8080:127.1.2.3:20000"],
    ...["--memory", "1", "image", "--", "gateway", "--tcp", "1"],
  ]);
  expect(withTenderForwards(forwarded, [])).toEqual(tender);
});
