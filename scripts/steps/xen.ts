// A Xen host for tests, nested in QEMU: Debian's hypervisor, tools and kernel, downloaded with apt
// and unpacked beside our other tools, not installed.
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { toolsDirectory } from "../support/paths.ts";
import { during, report } from "../support/progress.ts";
import { findProgram, mustCapture } from "../support/run.ts";
import type { Step } from "./step.ts";

export const xenDirectory = join(toolsDirectory, "xen");

/** Libraries that xl and its daemons need beyond those of any Debian. */
const librariesOfTools = [
  "busybox-static",
  "libfdt1",
  "libnl-3-200",
  "libnl-route-3-200",
  "libxencall1",
  "libxendevicemodel1",
  "libxenevtchn1",
  "libxenforeignmemory1",
  "libxengnttab1",
  "libxenhypfs1",
  "libxenstore4",
  "libxentoolcore1",
  "libxentoollog1",
  "libyajl2",
];

/** The newest version of Xen among the names of packages; undefined when there is none. */
export function newestXen(packages: string): string | undefined {
  const versions = [...packages.matchAll(/^xen-hypervisor-(\d+)\.(\d+)-amd64\b/gm)];
  const newest = versions
    .map(([, major, minor]) => [Number(major), Number(minor)] as const)
    .sort(([majorA, minorA], [majorB, minorB]) => majorB - majorA || minorB - minorA)[0];
  return newest?.join(".");
}

/** The package that a kernel's meta package depends on. */
export function kernelPackage(depends: string): string | undefined {
  return /Depends: (linux-image-\d\S+)/.exec(depends)?.[1];
}

async function packageNames(): Promise<readonly string[]> {
  const found = await mustCapture("apt-cache", ["search", "--names-only", "^xen-hypervisor-"]);
  const version = newestXen(found);
  const depends = await mustCapture("apt-cache", ["depends", "linux-image-amd64"]);
  const kernel = kernelPackage(depends);
  if (version === undefined || kernel === undefined) {
    throw new Error("apt knows no package xen-hypervisor-VERSION-amd64 or linux-image-amd64");
  }
  const tools = [`xen-hypervisor-${version}-amd64`, `xen-utils-${version}`, "xenstore-utils"];
  return [kernel, ...tools, `libxenmisc${version}`, ...librariesOfTools];
}

async function fetch(): Promise<void> {
  await mkdir(toolsDirectory, { recursive: true });
  const directory = await mkdtemp(join(toolsDirectory, "xen-"));
  try {
    await mustCapture("apt-get", ["download", "-qq", ...(await packageNames())], {
      cwd: directory,
    });
    for (const file of await readdir(directory)) {
      await mustCapture("dpkg-deb", ["-x", file, "root"], { cwd: directory });
    }
    await rename(join(directory, "root"), xenDirectory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Where it cannot be had, the tests that need it are skipped and say why. */
export const xenStep: Step = {
  name: "xen",
  async run() {
    if (findProgram("apt-get") === undefined) return;
    const isThere = await stat(xenDirectory).catch(() => undefined);
    if (isThere !== undefined) return;
    try {
      await during(this.name, "fetching a Xen host for tests (76 MB) with apt", fetch);
    } catch (error) {
      report(this.name, `not fetched: ${(error as Error).message}`);
    }
  },
};
