// The file system that the Xen host's Linux boots into: busybox, Xen's tools, a few kernel modules
// and our scripts. Made without root.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type CpioEntry, cpio, directory, executable, symbolicLink } from "../cpio.ts";
import { libvirtFiles } from "./libvirt-files.ts";

/** In the order in which they are loaded. */
const modules = [
  ...["xen-evtchn", "xen-gntdev", "xen-gntalloc", "xen-privcmd", "xenfs"],
  ...["e1000", "llc", "stp", "bridge", "xen-netback"],
  ...["loop", "xen-blkback"],
];
const tools = ["xl", "xenstored", "xenconsoled", "xen-init-dom0", "libxl-save-helper"];
const storeCommands = ["xenstore-ls", "xenstore-read", "xenstore-write", "xenstore-list"];
const emptyDirectories = [
  ...["dev", "proc", "sys", "run", "tmp", "guests", "modules", "sbin"],
  ...["var/lock", "var/lib/xen", "var/lib/xenstored", "var/log/xen/console"],
];
const libraries = "lib/x86_64-linux-gnu";

export interface HostFiles {
  readonly hypervisor: Buffer;
  readonly kernel: string;
  readonly initialFileSystem: Buffer;
}

/** Of the packages unpacked in `root`; with libvirt when that is asked for. */
export function hostFiles(root: string, withLibvirt: boolean): HostFiles {
  const boot = readdirSync(join(root, "boot"));
  const named = (pattern: RegExp) => {
    const name = boot.find((file) => pattern.test(file));
    if (name === undefined) throw new Error(`no ${pattern} in ${root}/boot; remove ${root}`);
    return join(root, "boot", name);
  };
  return {
    hypervisor: gunzip(named(/^xen-[\d.]+-amd64\.gz$/)),
    kernel: named(/^vmlinuz-/),
    initialFileSystem: gzipSync(cpio(withParents(entries(root, withLibvirt))), { level: 1 }),
  };
}

function gunzip(path: string): Buffer {
  return execFileSync("gzip", ["-dc", path], { maxBuffer: 1 << 28 });
}

function entries(root: string, withLibvirt: boolean): CpioEntry[] {
  const libvirt = withLibvirt ? libvirtFiles() : { entries: [], programs: [] };
  const file = (path: string, from: string): CpioEntry => ({
    path,
    mode: executable,
    content: readFileSync(from),
  });
  const text = (path: string, content: string): CpioEntry => ({
    path,
    mode: executable,
    content: Buffer.from(content),
  });
  const link = (path: string, to: string): CpioEntry => ({
    path,
    mode: symbolicLink,
    content: Buffer.from(to),
  });
  const xenLibrary = join(root, "usr/lib");
  const versioned = readdirSync(xenLibrary).find((name) => /^xen-[\d.]+$/.test(name)) ?? "";
  const toolDirectory = `usr/lib/${versioned}/bin`;
  const programs = [
    ...tools.map((name) => file(`${toolDirectory}/${name}`, join(root, toolDirectory, name))),
    file("bin/xenstore", join(root, "usr/bin/xenstore")),
  ];
  const environment = {
    HOST_PATH: `/bin:/usr/sbin:/${toolDirectory}`,
    HOST_LIBRARIES: `/${libraries}`,
  };
  const script = (path: string, name: string) =>
    text(
      path,
      readFileSync(join(import.meta.dirname, name), "utf8").replace(
        /\$(HOST_\w+)/g,
        (whole, key: keyof typeof environment) => environment[key] ?? whole,
      ),
    );
  return [
    ...emptyDirectories.map((path) => ({ path, mode: directory })),
    script("init", "init.sh"),
    script("bin/receive", "receive.sh"),
    script("etc/xen/scripts/vif-bridge", "vif.sh"),
    script("etc/xen/scripts/block", "block.sh"),
    text("etc/xen/xl.conf", 'autoballoon="off"\n'),
    file("bin/busybox", join(root, "bin/busybox")),
    ...programs,
    ...storeCommands.map((name) => link(`bin/${name}`, "xenstore")),
    link("var/run", "/run"),
    link("usr/lib/x86_64-linux-gnu", `/${libraries}`),
    ...sharedLibraries(root, [
      ...programs.map(({ path }) =>
        join(root, path === "bin/xenstore" ? "usr/bin/xenstore" : path),
      ),
      ...libvirt.programs,
    ]).map(([name, from]) => file(`${libraries}/${name}`, from)),
    file("lib64/ld-linux-x86-64.so.2", "/lib64/ld-linux-x86-64.so.2"),
    text("modules/order", modules.join("\n")),
    ...modules.map((name) => file(`modules/${name}.ko`, modulePath(root, name))),
    ...libvirt.entries,
  ];
}

/** What the programs need, by name: from the packages, else from this machine. */
function sharedLibraries(root: string, programs: readonly string[]): [string, string][] {
  const search = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map((at) => join(root, at));
  const found = new Map<string, string>();
  for (const program of programs) {
    const output = execFileSync("ldd", [program], {
      encoding: "utf8",
      env: { ...process.env, LD_LIBRARY_PATH: search.join(":") },
    });
    for (const [, name = "", path = ""] of output.matchAll(/^\s+(\S+) => (.*?) \(0x/gm)) {
      found.set(name, path);
    }
    const missing = /(\S+) => not found/.exec(output)?.[1];
    if (missing !== undefined) throw new Error(`${program} needs ${missing}, which is not here`);
  }
  // libc opens it by name when a thread is cancelled.
  const cancelling = "libgcc_s.so.1";
  found.set(cancelling, `/lib/x86_64-linux-gnu/${cancelling}`);
  return [...found];
}

function modulePath(root: string, name: string): string {
  const all = execFileSync("find", [join(root, "lib/modules"), "-name", `${name}.ko`], {
    encoding: "utf8",
  });
  const path = all.trim().split("\n")[0] ?? "";
  if (!existsSync(path)) throw new Error(`no module ${name} in ${root}/lib/modules`);
  return path;
}

/** Linux makes no directories for files that come without. */
function withParents(files: readonly CpioEntry[]): CpioEntry[] {
  const made = new Map<string, CpioEntry>();
  const addDirectory = (path: string) => {
    if (path === "." || made.has(path)) return;
    addDirectory(dirname(path));
    made.set(path, { path, mode: directory });
  };
  for (const file of files) {
    addDirectory(dirname(file.path));
    if (basename(file.path) !== "") made.set(file.path, file);
  }
  return [...made.values()];
}
