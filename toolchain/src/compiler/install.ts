// Installs the pinned compiler under $UNIKERNEL_HOME/tools once: upstream's archive first, then
// PyPI's wheel. It is verified when it is installed; a stamp with the pin says so afterwards.
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pinOfDirectory } from "../sources/acquire.ts";
import { pipDownload } from "../sources/pypi.ts";
import { unpack } from "../sources/unpack.ts";
import { download } from "../sources/url.ts";
import { publish, withTemporary } from "../store/atomic.ts";
import type { BuildOptions } from "../types.ts";
import { compilerStampName } from "./ensure.ts";
import { compilerPin } from "./pin.ts";

interface CompilerOrigin {
  readonly name: string;
  /** Unpacks into a directory and returns the one that holds `zig` and `lib/`. */
  fetch(directory: string, options: BuildOptions): Promise<string>;
}

function compilerOrigins(): readonly CompilerOrigin[] {
  const { version } = compilerPin;
  const url = `https://ziglang.org/download/${version}/zig-x86_64-linux-${version}.tar.xz`;
  return [
    {
      name: url,
      async fetch(directory, { signal, onProgress }) {
        const archive = join(directory, "zig.tar.xz");
        let lastPercent = 0;
        await download(url, archive, signal, (received, total) => {
          const percent = total ? Math.floor((received / total) * 10) * 10 : 0;
          if (percent > lastPercent) onProgress?.(`fetching the compiler: ${percent} %`);
          lastPercent = percent;
        });
        return unpack(archive, join(directory, "unpacked"), signal);
      },
    },
    {
      name: `PyPI (ziglang ${version})`,
      async fetch(directory, { signal }) {
        const wanted = { package: "ziglang", version };
        const wheel = await pipDownload(wanted, "wheel", join(directory, "wheel"), signal);
        const unpacked = await unpack(wheel, join(directory, "unpacked"), signal);
        return join(unpacked, "ziglang");
      },
    },
  ];
}

/** Fetches, verifies and puts it in place; `tools` is on the same file system. */
export async function installCompiler(
  directory: string,
  tools: string,
  options: BuildOptions,
): Promise<void> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `the pinned compiler is known for Linux on x86_64, not for ${process.platform} on ${process.arch}`,
    );
  }
  const failures: string[] = [];
  for (const origin of compilerOrigins()) {
    options.signal?.throwIfAborted();
    options.onProgress?.(`fetching the compiler (100 MB) from ${origin.name}`);
    try {
      await withTemporary(join(tools, "tmp"), "zig", async (temporary) => {
        await mkdir(temporary);
        const unpacked = await origin.fetch(temporary, options);
        options.onProgress?.("verifying the compiler");
        const pin = pinOfDirectory(unpacked, compilerPin.files);
        if (pin !== compilerPin.sha256) {
          throw new Error(`its files have SHA-256 ${pin}, but ${compilerPin.sha256} is pinned`);
        }
        // Wheels lose the executable bit.
        await chmod(join(unpacked, "zig"), 0o755);
        await writeFile(join(unpacked, compilerStampName), compilerPin.sha256);
        await rm(directory, { recursive: true, force: true });
        await publish(unpacked, directory);
      });
      return;
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      failures.push(`  ${origin.name}: ${(error as Error).message}`);
    }
  }
  throw new Error(`cannot get the compiler zig ${compilerPin.version}:\n${failures.join("\n")}`);
}
