// A network namespace with one tap device, made by the benchmark itself and removed at its end:
// load never leaves it.
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Wrapper } from "./qemu.ts";

export const hostAddress = "10.99.0.1";
export const guestAddress = "10.99.0.2";

export interface TapNamespace {
  readonly wrap: Wrapper;
  /** The value of -netdev. */
  readonly backend: string;
  /** A fresh tap: devices keep offload settings of an earlier guest. */
  renewTap(): void;
  remove(): Promise<void>;
}

/** Why namespaces and taps cannot be made here, or null. */
export function whyNoTap(): string | null {
  if (process.getuid?.() !== 0) return "tap devices in a network namespace need root";
  try {
    execFileSync("ip", ["-V"], { stdio: "ignore" });
  } catch {
    return "the command `ip` is missing (Debian: apt-get install iproute2)";
  }
  return null;
}

export function makeTapNamespace(): TapNamespace {
  const name = `unikernel-bench-${process.pid}`;
  const run = (...args: string[]) =>
    execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
  const inside = (...args: string[]) => run("netns", "exec", name, "ip", ...args);
  const addTap = () => {
    inside("tuntap", "add", "dev", "tap0", "mode", "tap");
    inside("addr", "add", `${hostAddress}/24`, "dev", "tap0");
    inside("link", "set", "tap0", "up");
  };
  run("netns", "add", name);
  inside("link", "set", "lo", "up");
  addTap();
  return {
    wrap: (command) => ["ip", "netns", "exec", name, ...command],
    backend: "tap,ifname=tap0,script=no,downscript=no",
    renewTap() {
      inside("link", "del", "tap0");
      addTap();
    },
    async remove() {
      await sleep(100);
      run("netns", "del", name);
    },
  };
}

/** How many TCP segments the host's side of the namespace has had to send again so far. */
export function repeatedSegments({ wrap }: TapNamespace): number {
  const [program = "", ...args] = wrap(["cat", "/proc/net/snmp"]);
  const tables = execFileSync(program, args, { encoding: "utf8" });
  const [names = [], values = []] = tables
    .split("\n")
    .filter((line) => line.startsWith("Tcp:"))
    .map((line) => line.split(" "));
  const count = values[names.indexOf("RetransSegs")];
  if (count === undefined) throw new Error(`/proc/net/snmp has no RetransSegs:\n${tables}`);
  return Number(count);
}
