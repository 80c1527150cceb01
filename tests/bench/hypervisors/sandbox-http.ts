// Requests per second of a sandboxed guest on a tap interface, against the same C source as a
// native process behind a pair of virtual Ethernet interfaces; and the guest's memory meanwhile.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureTender, openStore, tenderArguments } from "@pulumi-unikernel/toolchain";
import type { Benchmark } from "../main.ts";
import { atMost, timesMore } from "../row.ts";
import { builtImage, linuxServer, withAddress } from "../support/images.ts";
import {
  guestAddress,
  hostAddress,
  makeTapNamespace,
  type TapNamespace,
  whyNoTap,
} from "../support/namespace.ts";
import { median } from "../support/statistics.ts";
import { load, whyNoWrk } from "../support/wrk.ts";

const rounds = 3;
const seconds = 3;
const connections = 32;
const memoryBytes = 32 * 2 ** 20;

const ip = (...args: string[]) => execFileSync("ip", args, { stdio: "pipe" });

async function rateOf(namespace: TapNamespace, url: string): Promise<number> {
  await load(namespace.wrap, url, { connections, seconds: 1 });
  return (await load(namespace.wrap, url, { connections, seconds })).requestsPerSecond;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await ended;
}

/** The rate and the guest's resident memory in bytes after the load. */
async function sandboxed(namespace: TapNamespace): Promise<{ rate: number; resident: number }> {
  const { path } = await builtImage("http", { platform: "linux" });
  const bootable = { kernel: path, memoryMiB: 32, microvmOptions: "" };
  const { initrd = "" } = withAddress(bootable, `${guestAddress}/24`, hostAddress);
  const tender = await ensureTender(openStore());
  const line = { image: path, memoryBytes, configurationDescriptor: 3, tap: "tap0" };
  namespace.renewTap();
  const [program = "", ...args] = namespace.wrap([tender, ...tenderArguments(line)]);
  const configuration = openSync(initrd, "r");
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit", configuration] });
  closeSync(configuration);
  try {
    await sleep(500);
    const rate = await rateOf(namespace, `http://${guestAddress}:8080/`);
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
    const status = readFileSync(`/proc/${children.trim().split(" ")[0]}/status`, "utf8");
    return { rate, resident: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024 };
  } finally {
    await stop(child);
  }
}

async function native(namespace: TapNamespace): Promise<number> {
  const server = await linuxServer();
  const name = `unikernel-native-${process.pid}`;
  const inside = (...command: string[]) => {
    const [program = "", ...args] = namespace.wrap(command);
    execFileSync(program, args, { stdio: "pipe" });
  };
  ip("netns", "add", name);
  try {
    inside("ip", "link", "add", "native0", "type", "veth", "peer", "name", "native1");
    inside("ip", "link", "set", "native1", "netns", name);
    inside("ip", "addr", "add", "10.98.0.1/24", "dev", "native0");
    inside("ip", "link", "set", "native0", "up");
    ip("-n", name, "addr", "add", "10.98.0.2/24", "dev", "native1");
    ip("-n", name, "link", "set", "native1", "up");
    const child = spawn("ip", ["netns", "exec", name, server], { stdio: "ignore" });
    try {
      await sleep(500);
      return await rateOf(namespace, "http://10.98.0.2:8080/");
    } finally {
      await stop(child);
    }
  } finally {
    ip("netns", "del", name);
    await sleep(100);
  }
}

export const sandboxHttp: Benchmark = {
  name: "sandbox-http",
  async run() {
    const impossible = whyNoTap() ?? whyNoWrk();
    if (impossible) return [{ name: "HTTP of a sandboxed guest", skipped: impossible }];
    const namespace = makeTapNamespace();
    try {
      const ours: { rate: number; resident: number }[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await sandboxed(namespace));
        theirs.push(await native(namespace));
      }
      const name = `HTTP of a sandboxed guest, c=${connections}`;
      const comparison = {
        name,
        value: Math.round(median(ours.map(({ rate }) => rate))),
        unit: "requests/s",
        baseline: "a native process behind veth",
        baselineValue: Math.round(median(theirs)),
      };
      const resident = Math.max(...ours.map((one) => one.resident));
      return [
        timesMore(comparison, 0.9),
        atMost("memory of a sandboxed guest under load", resident, "bytes", 4 * 2 ** 20),
      ];
    } finally {
      await namespace.remove();
    }
  },
};
