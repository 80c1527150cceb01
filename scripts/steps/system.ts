// Programs of the operating system: installs what is missing with apt, or says how.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { StepError } from "../support/errors.ts";
import { during } from "../support/progress.ts";
import { capture, findProgram } from "../support/run.ts";
import type { Step } from "./step.ts";

interface SystemProgram {
  readonly program: string;
  readonly package: string;
  readonly purpose: string;
}

const programs: readonly SystemProgram[] = [
  { program: "qemu-system-x86_64", package: "qemu-system-x86", purpose: "runs the guests" },
  { program: "tar", package: "tar", purpose: "unpacks sources and tools" },
  { program: "xz", package: "xz-utils", purpose: "unpacks sources and tools" },
  { program: "python3", package: "python3", purpose: "fetches tools from PyPI" },
  { program: "pip3", package: "python3-pip", purpose: "fetches tools from PyPI" },
];

/** What only tests and benchmarks need. */
const programsForTests: readonly SystemProgram[] = [
  { program: "haproxy", package: "haproxy", purpose: "stands in front of services" },
  { program: "libvirtd", package: "libvirt-daemon-system", purpose: "a libvirt host for tests" },
  { program: "gdb", package: "gdb", purpose: "debugs guests in tests" },
  { program: "virsh", package: "libvirt-clients", purpose: "looks at it as its user would" },
  { program: "dnsmasq", package: "dnsmasq-base", purpose: "gives its guests their addresses" },
  { program: "qemu-img", package: "qemu-utils", purpose: "makes qcow2 disks for its guests" },
  { program: "ip", package: "iproute2", purpose: "gives its networks a place of their own" },
  { program: "/usr/sbin/sshd", package: "openssh-server", purpose: "leads tests to its libvirt" },
  { program: "ssh", package: "openssh-client", purpose: "is how they get there" },
  { program: "openssl", package: "openssl", purpose: "makes certificates for it" },
  { program: "chromium", package: "chromium", purpose: "opens reports" },
  { program: "tmux", package: "tmux", purpose: "is a terminal" },
  { program: "xmllint", package: "libxml2-utils", purpose: "checks what libvirt is told" },
  { program: "sgdisk", package: "gdisk", purpose: "checks partition tables" },
  { program: "fsck.fat", package: "dosfstools", purpose: "checks EFI system partitions" },
  { program: "mcopy", package: "mtools", purpose: "reads EFI system partitions" },
];

/** The same of files that no one executes. */
const filesForTests: readonly SystemProgram[] = [
  { program: "/usr/share/OVMF/OVMF_CODE_4M.fd", package: "ovmf", purpose: "UEFI for guests" },
  {
    program: "/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_libxl.so",
    package: "libvirt-daemon-driver-xen",
    purpose: "makes the tests' Xen host a libvirt host",
  },
];

function findInstalled(name: string): string | undefined {
  return isAbsolute(name) && existsSync(name) ? name : findProgram(name);
}

export function missingPrograms(
  find: (program: string) => string | undefined,
  wanted: readonly SystemProgram[] = programs,
): readonly SystemProgram[] {
  return wanted.filter(({ program }) => find(program) === undefined);
}

export function aptCommands(packages: readonly string[]): readonly (readonly string[])[] {
  const wait = ["-o", "DPkg::Lock::Timeout=120"];
  return [
    ["apt-get", "update", "-q"],
    ["apt-get", "install", "-q", "-y", "--no-install-recommends", ...wait, ...packages],
  ];
}

/** What to put before a command to run it as root; undefined when there is no such way. */
async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  if (findProgram("sudo") === undefined) return undefined;
  const allowed = await capture("sudo", ["-n", "true"]);
  return allowed.status === 0 ? ["sudo", "-n"] : undefined;
}

async function distributionName(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^PRETTY_NAME="?([^"\n]+)/m.exec(release)?.[1] ?? process.platform;
}

/** Installs, or throws what the user can do instead. */
async function install(step: string, missing: readonly SystemProgram[]): Promise<void> {
  const list = missing.map(({ program, purpose }) => `  ${program} (${purpose})`).join("\n");
  const packages = [...new Set(missing.map((entry) => entry.package))];
  if (findProgram("apt-get") === undefined) {
    throw new StepError(
      `these programs are missing; install them with the package manager of ${await distributionName()} and try again:\n${list}`,
    );
  }
  const commands = aptCommands(packages);
  const prefix = await rootPrefix();
  if (prefix === undefined) {
    const typed = commands.map((command) => `sudo ${command.join(" ")}`).join(" && ");
    throw new StepError(
      `these programs are missing, and neither root nor passwordless sudo is there to install them:\n${list}\nrun this and try again:\n  ${typed}`,
    );
  }
  for (const command of commands) {
    const [program, ...programArguments] = [...prefix, ...command];
    if (program === undefined) continue;
    const shown = command.slice(0, 2).join(" ");
    const result = await during(step, `${shown} (for ${packages.join(", ")})`, () =>
      capture(program, programArguments, {
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      }),
    );
    // A repository of the user's that does not answer must not stop us: the installation tells.
    if (result.status !== 0 && command.includes("install")) {
      throw new StepError(`\`${command.join(" ")}\` failed:\n${result.stderr.trim()}`);
    }
  }
  const still = missingPrograms(findInstalled, missing);
  if (still.length > 0) {
    throw new StepError(
      `apt installed ${packages.join(", ")}, but ${still.map(({ program }) => program).join(", ")} is still not there`,
    );
  }
}

export const systemStep: Step = {
  name: "system",
  async run() {
    const missing = missingPrograms(findProgram);
    if (missing.length > 0) await install(this.name, missing);
  },
};

/** For tests that only root can run; elsewhere they are skipped and say why. */
export const systemForTestsStep: Step = {
  name: "system",
  async run() {
    if (process.getuid?.() !== 0 || findProgram("apt-get") === undefined) return;
    const missing = missingPrograms(findInstalled, [...programsForTests, ...filesForTests]);
    if (missing.length > 0) await install(this.name, missing);
  },
};
