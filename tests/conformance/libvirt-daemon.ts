// A libvirtd of the tests' own, which neither sees nor disturbs the machine's: in namespaces where
// everything that it writes is in a directory of ours, and its processes end with it.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findExecutable } from "../../provider/src/drivers/qemu/executable.ts";
import { poll } from "../../provider/src/guests/wait.ts";

/** Where libvirtd keeps what it has, and what stands for it below our directory. */
const DIRECTORIES = {
  etc: "/etc/libvirt",
  lib: "/var/lib/libvirt",
  run: "/run/libvirt",
  log: "/var/log/libvirt",
  cache: "/var/cache/libvirt",
} as const;

/** The user who owns nothing. */
const NOBODY = 65534;
const LIMITS = { everyMs: 50, timeoutMs: 60_000 };

/** Why there can be none here, or null. */
export async function whyNoLibvirtd(): Promise<string | null> {
  if (process.getuid?.() !== 0) return "starting a libvirtd of its own needs root";
  for (const program of ["libvirtd", "unshare", "setpriv", "virsh"]) {
    if ((await findExecutable(program)) === undefined) return `${program} is not on PATH`;
  }
  return null;
}

export interface DaemonOptions {
  readonly tcpPort?: number;
  /** `pki`: a directory with cacert.pem, servercert.pem and serverkey.pem. */
  readonly tls?: { readonly port: number; readonly pki: string };
  readonly ownNetwork?: boolean;
}

export class LibvirtDaemon implements AsyncDisposable {
  readonly directory: string;
  readonly uri: string;
  #process: ChildProcess | undefined;
  #output = "";

  private constructor(directory: string, uri: string) {
    this.directory = directory;
    this.uri = uri;
  }

  /** One that serves the machine; over TCP or TLS on the loopback address too where a port is given,
   * and in a network namespace, where its networks are nobody else's, when that is asked for. */
  static async start(options: DaemonOptions = {}): Promise<LibvirtDaemon> {
    const { tcpPort, tls, ownNetwork = false } = options;
    const directory = await mkdtemp(join(tmpdir(), "unikernel-libvirt-"));
    const socket = `qemu:///system?socket=${directory}/socket/libvirt-sock`;
    const tcp = `qemu+tcp://127.0.0.1:${tcpPort}/system`;
    const daemon = new LibvirtDaemon(directory, tcpPort === undefined ? socket : tcp);
    for (const name of [...Object.keys(DIRECTORIES), "socket"]) {
      await mkdir(join(directory, name));
      // The user under whom QEMU runs passes through.
      await chmod(join(directory, name), 0o711);
    }
    await cp(DIRECTORIES.etc, join(directory, "etc"), { recursive: true });
    await rm(join(directory, "etc/qemu/networks"), { recursive: true, force: true });
    const settings = [
      `unix_sock_dir = "${directory}/socket"`,
      'auth_unix_ro = "none"',
      'auth_unix_rw = "none"',
      ...listening(options),
    ];
    await writeFile(join(directory, "etc/libvirtd.conf"), `${settings.join("\n")}\n`);
    // Without virtlogd, and without namespaces, into which a hidden /dev/kvm cannot be moved.
    const qemu = 'stdio_handler = "file"\nnamespaces = []\n';
    await writeFile(join(directory, "etc/qemu.conf"), qemu);
    const listens = tcpPort !== undefined || tls !== undefined;
    const script = daemon.#systemScript(listens ? "--listen" : "");
    await daemon.#run(
      ownNetwork ? `ip link set lo up && ${script}` : script,
      ownNetwork ? ["--net"] : [],
    );
    return daemon;
  }

  /** One that serves a user without privileges, who owns the directory. */
  static async startSession(): Promise<LibvirtDaemon> {
    const directory = await mkdtemp(join(tmpdir(), "unikernel-libvirt-"));
    const socket = `${directory}/libvirt/libvirt-sock`;
    const daemon = new LibvirtDaemon(directory, `qemu:///session?socket=${socket}`);
    await chown(directory, NOBODY, NOBODY);
    const user = `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups`;
    const environment = `HOME="${directory}" XDG_RUNTIME_DIR="${directory}"`;
    await daemon.#run(`while :; do ${environment} ${user} libvirtd; done`);
    return daemon;
  }

  /** Ends libvirtd and waits until it is there again; guests run on. */
  async restart(): Promise<void> {
    await writeFile(join(this.directory, "again"), "");
    process.kill(await this.#pid());
    await poll(
      () =>
        stat(join(this.directory, "again")).then(
          () => undefined,
          () => true,
        ),
      LIMITS,
    );
    await this.#answers();
  }

  /** What virsh prints, as its user would see it. */
  async virsh(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("virsh", ["-q", "-c", this.uri, ...args]);
    return stdout;
  }

  /** Runs a program in its network namespace. */
  async inNetwork(program: string, args: readonly string[]): Promise<string> {
    const network = `--net=/proc/${await onlyChild(this.#process?.pid ?? 0)}/ns/net`;
    return (await promisify(execFile)("nsenter", [network, program, ...args])).stdout;
  }

  /** Starts a program that sees its files, and ends with it. */
  async spawnInside(script: string): Promise<ChildProcess> {
    const shell = await onlyChild(this.#process?.pid ?? 0);
    const spaces = [`--mount=/proc/${shell}/ns/mnt`, `--pid=/proc/${shell}/ns/pid`];
    return spawn("nsenter", [...spaces, "sh", "-c", script], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#process;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  #systemScript(options: string): string {
    const mounts = Object.entries(DIRECTORIES).map(
      ([name, target]) =>
        `mkdir -p ${target} && mount --bind "${join(this.directory, name)}" ${target}`,
    );
    // Inside another virtual machine /dev/kvm opens but is too slow, and libvirt would probe it
    // again and again. One that nobody may open is left alone.
    const hidden = join(this.directory, "kvm");
    const hideKvm = `: >"${hidden}" && chmod 0 "${hidden}" && { [ ! -e /dev/kvm ] || mount --bind "${hidden}" /dev/kvm; }`;
    // The shell is the namespace's first process: it takes in what ends, as an init does.
    const loop = `while :; do libvirtd --pid-file "${this.directory}/libvirtd.pid" ${options}; rm "${this.directory}/again" || exit; done`;
    return [...mounts, hideKvm, loop].join(" && ");
  }

  async #run(script: string, more: readonly string[] = []): Promise<void> {
    const own = [...more, "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    this.#process = spawn("unshare", [...own, "sh", "-c", script], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process.stderr?.on("data", (chunk) => {
      this.#output += chunk;
    });
    await this.#answers();
  }

  async #answers(): Promise<void> {
    const isUp = await poll(async () => {
      if (this.#process?.exitCode !== null) throw new Error(`libvirtd ended: ${this.#output}`);
      return this.virsh("version").then(
        () => true,
        () => undefined,
      );
    }, LIMITS);
    if (!isUp) throw new Error(`libvirtd did not answer: ${this.#output}`);
  }

  /** libvirtd's process: the only child of the namespace's shell with that name. */
  async #pid(): Promise<number> {
    const shell = await onlyChild(this.#process?.pid ?? 0);
    return onlyChild(shell, "libvirtd");
  }
}

function listening({ tcpPort, tls }: DaemonOptions): string[] {
  const tcp = [`tcp_port = "${tcpPort}"`, 'auth_tcp = "none"'];
  const keys = [
    ...[`tls_port = "${tls?.port}"`, `ca_file = "${tls?.pki}/cacert.pem"`],
    ...[`cert_file = "${tls?.pki}/servercert.pem"`, `key_file = "${tls?.pki}/serverkey.pem"`],
  ];
  return [
    'listen_addr = "127.0.0.1"',
    ...[`listen_tcp = ${tcpPort === undefined ? 0 : 1}`, `listen_tls = ${tls ? 1 : 0}`],
    ...(tcpPort === undefined ? [] : tcp),
    ...(tls === undefined ? [] : keys),
  ];
}

async function onlyChild(pid: number, name?: string): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ");
  for (const child of children) {
    const command = (await readFile(`/proc/${child}/comm`, "utf8")).trim();
    if (name === undefined || command === name) return Number(child);
  }
  throw new Error(`process ${pid} has no child ${name ?? ""}`);
}
