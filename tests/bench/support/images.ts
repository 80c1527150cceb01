// Builds the fixtures' images with the toolchain, and the same C for Linux.
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildImage,
  bundledLibrariesDirectory,
  ensureCompiler,
  type ImageRequest,
  openStore,
  planImage,
} from "@pulumi-unikernel/toolchain";
import { cacheDirectory, repository } from "./paths.ts";
import type { Bootable } from "./qemu.ts";

const fixtures = join(repository, "tests/bench/fixtures");

export function imageRequest(fixture: string, change: Partial<ImageRequest> = {}): ImageRequest {
  return {
    app: join(fixtures, fixture),
    libraries: fixture === "http" ? ["lwip", "httpd"] : [],
    options: {},
    optimize: "speed",
    platform: "kvm",
    architecture: "x86_64",
    ...change,
  };
}

export async function builtImage(fixture: string, change: Partial<ImageRequest> = {}) {
  return buildImage(await planImage(imageRequest(fixture, change)), await openStore());
}

// What the QEMU driver uses too: no devices that the guest does not need.
const microvmOptions = "pic=off,pit=off,rtc=off,acpi=off,isa-serial=on";

// What `unikernel run --machine pc` uses. The peers need what only the full BIOS sets up.
const firmware = "qboot.rom";

export async function ourGuest(
  fixture: string,
  change: Partial<ImageRequest> = {},
): Promise<Bootable> {
  const image = await builtImage(fixture, change);
  return { kernel: image.path, memoryMiB: 32, microvmOptions, firmware };
}

/** The same guest with a fixed IPv4 address, as the peers have. */
export function withAddress(bootable: Bootable, address: string, gateway: string): Bootable {
  const initrd = join(cacheDirectory(), `config-${process.pid}`);
  const strings = ["unikernel-config/1", `net.address:${address}`, `net.gateway:${gateway}`];
  writeFileSync(initrd, strings.map((text) => `${text}\0`).join(""));
  return { ...bootable, initrd };
}

/** An ELF that leaves at its first instruction. */
export async function exitImage(): Promise<Bootable> {
  const zig = join(await ensureCompiler(), "zig");
  const object = join(cacheDirectory(), "exit.o");
  const kernel = join(cacheDirectory(), "exit.elf");
  const script = join(fixtures, "exit.ld");
  const target = "--target=x86_64-linux-musl";
  execFileSync(zig, ["clang", target, "-c", join(fixtures, "exit.S"), "-o", object]);
  execFileSync(zig, ["ld.lld", "-static", "-T", script, object, "-o", kernel]);
  return { kernel, memoryMiB: 32, microvmOptions };
}

/** The fixture's server as a static Linux program. */
export async function linuxServer(): Promise<string> {
  const zig = join(await ensureCompiler(), "zig");
  const server = join(cacheDirectory(), "linux-server");
  const library = join(bundledLibrariesDirectory, "httpd");
  const sources = readdirSync(library).filter((name) => name.endsWith(".c"));
  execFileSync(
    zig,
    [
      ...["cc", "-target", "x86_64-linux-musl", "-O2", "-static", "-D_GNU_SOURCE"],
      ...[`-I${join(library, "include")}`, join(fixtures, "http/main.c")],
      ...sources.map((name) => join(library, name)),
      ...["-o", server],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  return server;
}
