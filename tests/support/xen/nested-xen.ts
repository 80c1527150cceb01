// A Xen host in QEMU: the hypervisor, a Linux with Xen's tools, and a bridge that guests join.
// Started once for the tests of a file; its shell is reached over TCP.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.ts";
import { hostFiles } from "./host-image.ts";

const START_TIMEOUT_MS = 180_000;
const SHELL_PORT = 2600;
const FILE_PORT = 2601;
const LIBVIRT_PORT = 16509;
/** QEMU's user network gives it to the first machine. */
export const HOST_ADDRESS = "10.0.2.15";
/** What a guest on the bridge can have for its own; its port 80 is `guestPort` here. */
export const GUEST_NETWORK = {
  guest: "10.0.2.50",
  prefixBits: 24,
  gateway: "10.0.2.2",
  dns: "10.0.2.3",
};

function packagesDirectory(): string {
  const home = process.env.UNIKERNEL_HOME ?? join(homedir(), ".pulumi-unikernel");
  return join(home, "tools", "xen");
}

/** Why there can be no Xen host here, or undefined. */
export function whyNoXen(): string | undefined {
  return existsSync(packagesDirectory())
    ? undefined
    : "Xen's packages are not here: the set-up fetches them with apt, on Debian";
}

export class NestedXen {
  readonly #directory: string;
  readonly #qemu: ChildProcess;
  readonly #shellPort: number;
  readonly #filePort: number;
  /** Leads to port 80 of the guest that has the address of GUEST_NETWORK. */
  readonly guestPort: number;
  /** Of its libvirt, where it was started with one. */
  readonly uri: string;

  private constructor(directory: string, qemu: ChildProcess, ports: readonly number[]) {
    this.#directory = directory;
    this.#qemu = qemu;
    const [shellPort = 0, filePort = 0, guestPort = 0, libvirtPort = 0] = ports;
    this.#shellPort = shellPort;
    this.#filePort = filePort;
    this.guestPort = guestPort;
    this.uri = `xen+tcp://127.0.0.1:${libvirtPort}/system`;
  }

  static async start({ withLibvirt = false } = {}): Promise<NestedXen> {
    const directory = await mkdtemp(join(tmpdir(), "unikernel-xen-"));
    const { hypervisor, kernel, initialFileSystem } = hostFiles(packagesDirectory(), withLibvirt);
    const path = (name: string) => join(directory, name);
    await writeFile(path("xen"), hypervisor);
    await writeFile(path("root"), initialFileSystem);
    const ends = [
      `${HOST_ADDRESS}:${SHELL_PORT}`,
      `${HOST_ADDRESS}:${FILE_PORT}`,
      `${GUEST_NETWORK.guest}:80`,
      `${HOST_ADDRESS}:${LIBVIRT_PORT}`,
    ];
    const [memoryMiB, hostMiB] = withLibvirt ? [1152, 768] : [768, 384];
    const ports = await Promise.all(ends.map(() => freePort()));
    const forwards = ends.map((end, index) => `hostfwd=tcp:127.0.0.1:${ports[index]}-${end}`);
    const network = ["user", "id=net", ...forwards].join(",");
    // The processor has what Xen needs of AMD's virtualisation, without what QEMU emulates wrongly
    // for guests of a guest.
    const qemu = spawn(
      "qemu-system-x86_64",
      [
        ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
        ...["-machine", "q35", "-accel", "tcg,thread=multi", "-smp", "2", "-m", `${memoryMiB}`],
        ...["-cpu", "EPYC,-monitor,-smap,-rdtscp"],
        ...["-serial", `file:${path("console")}`],
        ...["-netdev", network, "-device", "e1000,netdev=net"],
        ...["-kernel", path("xen")],
        ...["-append", `console=com1 com1=115200,8n1 dom0_mem=${hostMiB}M dom0_max_vcpus=1`],
        "-initrd",
        `${kernel} console=hvc0 quiet address=${HOST_ADDRESS}/24,${path("root")}`,
      ],
      { stdio: "ignore" },
    );
    const host = new NestedXen(directory, qemu, ports);
    try {
      await host.#isReady();
    } catch (error) {
      await host.stop();
      throw error;
    }
    return host;
  }

  async #isReady(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const text = await readFile(join(this.#directory, "console"), "latin1").catch(() => "");
      const failed = text.includes("[host] failed");
      if (!failed && text.includes("[host] ready")) return;
      if (failed || Date.now() > deadline || this.#qemu.exitCode !== null) {
        throw new Error(`the Xen host did not come up:\n${text.slice(-3000)}`);
      }
      await sleep(100);
    }
  }

  /** Runs a shell script on the host; what it wrote, to stderr too. */
  run(script: string): Promise<string> {
    return exchange(this.#shellPort, Buffer.from(`exec 2>&1\n${script}\n`));
  }

  /** Writes a file on the host. */
  async put(path: string, content: Uint8Array): Promise<void> {
    await exchange(this.#filePort, Buffer.concat([Buffer.from(`${path}\n`), content]));
  }

  async stop(): Promise<void> {
    if (this.#qemu.exitCode === null) {
      const ended = new Promise((resolve) => this.#qemu.once("exit", resolve));
      this.#qemu.kill("SIGKILL");
      await ended;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Sends everything, then reads until the other side has ended too. */
function exchange(port: number, content: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: "127.0.0.1", allowHalfOpen: true });
    const received: Buffer[] = [];
    socket.on("error", reject);
    socket.on("data", (bytes: Buffer) => received.push(bytes));
    socket.on("end", () => resolve(Buffer.concat(received).toString("utf8")));
    socket.end(content);
  });
}
