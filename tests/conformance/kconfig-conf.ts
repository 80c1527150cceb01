// The kernel's own `conf` and the Kconfig tree of Debian's kernel, fetched as packages and
// unpacked below the cache directory; nothing is installed, so no privileges are needed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const VERSION = "6.1";

/**
 * How much to compare: what a test run has time for, unless a variable says otherwise, e.g.
 * KCONFIG_TEST_TREES=4000.
 */
export function countFrom(variable: string, usual: number): number {
  const text = process.env[variable] ?? String(usual);
  if (!/^[1-9][0-9]*$/.test(text)) throw new Error(`${variable}: not a count: ${text}`);
  return Number(text);
}

/** The trees that fast-check makes are the same for the same seed. */
export const treeSeed = countFrom("KCONFIG_TEST_SEED", 1);

export const cacheDirectory = join(
  process.env.UNIKERNEL_HOME ?? join(homedir(), ".pulumi-unikernel"),
  "cache",
  "kconfig",
);

export type Available<T> = { readonly value: T } | { readonly missing: string };

interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

export function run(command: string, args: readonly string[], cwd?: string): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    ...(cwd === undefined ? {} : { cwd }),
  });
  return { ok: status === 0, output: error ? String(error) : `${stdout}${stderr}`.trim() };
}

/** Makes a directory once: `fill` works on a temporary one, which then gets its name. */
export function once(name: string, fill: (directory: string) => string | null): Available<string> {
  const directory = join(cacheDirectory, name);
  if (existsSync(directory)) return { value: directory };
  const temporary = `${directory}.${process.pid}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const missing = fill(temporary);
  if (missing === null) {
    try {
      renameSync(temporary, directory);
    } catch (error) {
      // Another test process was first.
      if (!existsSync(directory)) throw error;
    }
  }
  rmSync(temporary, { recursive: true, force: true });
  return missing === null ? { value: directory } : { missing };
}

/** Downloads a Debian package and unpacks it; returns what went wrong. */
export function unpackPackage(name: string, directory: string): string | null {
  let download = run("apt-get", ["download", name], directory);
  if (!download.ok && process.getuid?.() === 0) {
    run("apt-get", ["update", "-q"]);
    download = run("apt-get", ["download", name], directory);
  }
  if (!download.ok) return `apt-get download ${name} failed: ${download.output}`;
  const file = readdirSync(directory).find((entry) => entry.endsWith(".deb")) ?? "";
  const unpack = run("dpkg-deb", ["-x", file, "."], directory);
  rmSync(join(directory, file), { force: true });
  return unpack.ok ? null : `dpkg-deb -x ${file} failed: ${unpack.output}`;
}

/** Path of the kernel's conf. */
export function conf(): Available<string> {
  const directory = once(`linux-kbuild-${VERSION}`, (target) =>
    unpackPackage(`linux-kbuild-${VERSION}`, target),
  );
  if ("missing" in directory) return directory;
  const kbuild = join(directory.value, "usr", "lib", `linux-kbuild-${VERSION}`);
  return { value: join(kbuild, "scripts", "kconfig", "conf") };
}

/** The kernel's source, as far as Kconfig reads it. */
export function linuxTree(): Available<string> {
  return once(`linux-${VERSION}`, (target) => {
    const download = join(target, "package");
    mkdirSync(download);
    const missing = unpackPackage(`linux-source-${VERSION}`, download);
    if (missing !== null) return missing;
    const archive = join(download, "usr", "src", `linux-source-${VERSION}.tar.xz`);
    const wanted = ["*/Kconfig*", "*/scripts/*", "*/arch/x86/configs/*"];
    const unpack = run(
      "tar",
      ["-xJf", archive, "--strip-components=1", "--wildcards", ...wanted],
      target,
    );
    rmSync(download, { recursive: true, force: true });
    return unpack.ok ? null : `unpacking ${archive} failed: ${unpack.output}`;
  });
}

/**
 * A compiler that answers the tree's questions the same way on every machine: it claims to be
 * GCC 12.2 and to support every option.
 */
export function fakeTools(): string {
  const tools = once("fake-tools-2", (target) => {
    const script = (name: string, ...lines: string[]) =>
      writeFileSync(join(target, name), `#!/bin/sh\n${lines.join("\n")}\n`, { mode: 0o755 });
    script(
      "cc",
      'case "$*" in',
      "  *-E*-P*) echo GCC 12 2 0 ;;",
      "  *-Wa,--version*) echo 'GNU assembler (fake) 2.40' ;;",
      "  *--version*) echo 'cc (fake) 12.2.0' ;;",
      "  *-print-file-name=*) echo /nowhere ;;",
      "esac",
      "exit 0",
    );
    script("ld", "echo 'GNU ld (fake) 2.40'");
    return null;
  });
  if ("missing" in tools) throw new Error(tools.missing);
  return tools.value;
}

/** What the kernel's Makefile passes to conf. */
export function linuxEnvironment(): Record<string, string> {
  const tools = fakeTools();
  return {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    LC_ALL: "C",
    ARCH: "x86",
    SRCARCH: "x86",
    KERNELVERSION: "6.1.0",
    srctree: ".",
    CC: join(tools, "cc"),
    LD: join(tools, "ld"),
    HOSTCC: join(tools, "cc"),
    HOSTCXX: join(tools, "cc"),
    RUSTC: join(tools, "absent"),
    BINDGEN: join(tools, "absent"),
    PAHOLE: join(tools, "absent"),
    CLANG_FLAGS: "",
  };
}
