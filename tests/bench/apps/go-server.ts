// One static Go program as a unikernel, and on the Linux guest: how soon it answers and how often.
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Benchmark } from "../main.ts";
import { type Result, timesFaster, timesMore } from "../row.ts";
import { ourGuest, withAddress } from "../support/images.ts";
import { linuxGuest, whyNoLinux } from "../support/linux-guest.ts";
import {
  guestAddress,
  hostAddress,
  makeTapNamespace,
  type TapNamespace,
  whyNoTap,
} from "../support/namespace.ts";
import { cacheDirectory, repository } from "../support/paths.ts";
import {
  type Bootable,
  firstResponseMs,
  freePort,
  type Machine,
  qemuCommand,
  startGuest,
} from "../support/qemu.ts";
import { serving } from "../support/serving.ts";
import { interleaved, paired } from "../support/statistics.ts";
import { load, whyNoWrk } from "../support/wrk.ts";

const memoryMiB = 64;
const connections = 32;
const userAddress = "10.0.2.15/24";
const userGateway = "10.0.2.2";

/** Debian's kernel often hangs on microvm while it looks for a timer. */
type Guest = readonly [Bootable, Machine];

function goProgram(): string {
  const program = join(cacheDirectory(), "go-http");
  execFileSync("go", ["build", "-trimpath", "-buildvcs=false", "-o", program, "."], {
    cwd: join(repository, "tests/bench/fixtures/go-http"),
    env: { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOARCH: "amd64" },
  });
  return program;
}

async function firstAnswer([bootable, machine]: Guest): Promise<number> {
  const port = await freePort();
  const backend = `user,hostfwd=tcp:127.0.0.1:${port}-:8080`;
  const guest = startGuest(qemuCommand(bootable, machine, { backend }));
  try {
    return await firstResponseMs(guest, port);
  } finally {
    await guest.stop();
  }
}

async function rate(namespace: TapNamespace, [bootable, machine]: Guest): Promise<number> {
  return serving(namespace, bootable, machine, async (url) => {
    await load(namespace.wrap, url, { connections, seconds: 1 });
    return (await load(namespace.wrap, url, { connections, seconds: 3 })).requestsPerSecond;
  });
}

export const goServer: Benchmark = {
  name: "go-server",
  async run(): Promise<readonly Result[]> {
    const name = "Go server";
    if (spawnSync("go", ["version"]).status !== 0) return [{ name, skipped: "there is no Go" }];
    const impossible = whyNoLinux() ?? whyNoTap() ?? whyNoWrk();
    if (impossible) return [{ name, skipped: impossible }];
    const program = goProgram();
    const image = { ...(await ourGuest("", { app: program })), memoryMiB };
    const ours = (address: string, gateway: string): Guest => [
      withAddress(image, address, gateway),
      "microvm",
    ];
    const linux = (address: string, gateway: string): Guest => [
      linuxGuest(program, address, gateway),
      "pc",
    ];
    const baseline = "Linux guest";

    const user = [ours(userAddress, userGateway), linux(userAddress, userGateway)] as const;
    const times = await interleaved(
      { rounds: 5, warmUps: 1 },
      user.map((guest) => () => firstAnswer(guest)),
    );
    const start = { name: `${name}, start to first 200`, unit: "ms", baseline };
    const results: Result[] = [timesFaster({ ...start, ...paired(times[0], times[1]) }, 10)];

    const namespace = makeTapNamespace();
    try {
      const address = `${guestAddress}/24`;
      const tap = [ours(address, hostAddress), linux(address, hostAddress)] as const;
      const rates = await interleaved(
        { rounds: 5, warmUps: 0 },
        tap.map((guest) => () => rate(namespace, guest)),
      );
      const serve = { name: `${name}, keep-alive, c=${connections}`, unit: "req/s", baseline };
      results.push(timesMore({ ...serve, ...paired(rates[0], rates[1]) }, 2));
    } finally {
      await namespace.remove();
    }
    return results;
  },
};
