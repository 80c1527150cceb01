// What every compilation and link is told, per profile. Any change here changes every
// sourceHash, because these lists enter it.
import type { Optimize } from "../types.ts";

/** One target for now; later platforms and architectures choose here. */
export const targetFlags: readonly string[] = [
  "--target=x86_64-linux-musl",
  "--no-default-config",
  // Images are linked below 2 GiB and never moved.
  "-fno-pic",
  "-fno-pie",
  "-mcmodel=small",
  "-fno-unwind-tables",
  "-fno-asynchronous-unwind-tables",
  // The canary is one variable, set by the platform before anything is called (plat/canary.c).
  "-fstack-protector-strong",
  "-mstack-protector-guard=global",
  "-ffunction-sections",
  "-fdata-sections",
  "-nostdinc",
  "-fno-color-diagnostics",
  "-fno-caret-diagnostics",
];

/** For size only arrays of 16 characters and more are guarded, at a tenth of the cost. */
const profileFlags: Readonly<Record<Optimize, readonly string[]>> = {
  // Line tables cost nothing in the image: its sections are dropped when it is written.
  speed: ["-O2", "-flto=thin", "-gline-tables-only"],
  size: [
    "-Oz",
    "-fstack-protector",
    "--param=ssp-buffer-size=16",
    "-flto=thin",
    "-gline-tables-only",
  ],
  debug: ["-Og", "-g"],
};

export function compileFlags(optimize: Optimize): readonly string[] {
  return [...targetFlags, ...profileFlags[optimize]];
}

/** For the code of our libraries: any warning is an error. */
export const ownCodeFlags: readonly string[] = ["-std=gnu17", "-Wall", "-Wextra", "-Werror"];
/** For third-party code: its warnings are not ours to fix. */
export const thirdPartyFlags: readonly string[] = ["-w"];
/** For the application: it is told, but only real errors stop the build. */
export const applicationFlags: readonly string[] = ["-Wall", "-Wextra"];

const commonLinkFlags: readonly string[] = [
  "-m",
  "elf_x86_64",
  "-static",
  "-nostdlib",
  "--build-id=none",
  "--gc-sections",
  // A set that sections form (__start_NAME) is linked when somebody refers to it, not always.
  "-z",
  "nostart-stop-gc",
  "-z",
  "noexecstack",
  // Packs segments in the file: loaders of whole images copy them, nobody maps them. The linker
  // script aligns addresses to pages itself.
  "-z",
  "max-page-size=16",
  "--no-color-diagnostics",
  "--error-limit=0",
  "--fatal-warnings",
];

const profileLinkFlags: Readonly<Record<Optimize, readonly string[]>> = {
  speed: ["--lto-O2"],
  size: ["--lto-O2", "--icf=all"],
  debug: [],
};

export function linkFlags(optimize: Optimize): readonly string[] {
  return [...commonLinkFlags, ...profileLinkFlags[optimize]];
}
