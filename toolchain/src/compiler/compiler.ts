// The pinned compiler as the build graph uses it: an identity that is the same on every machine,
// and where it is installed on this one.
import { join } from "node:path";

/** Identity of the compiler; enters every key and every sourceHash. */
export const compilerVersion = "zig 0.17.1 (clang 22.1.8, lld 22.1.8)";

export interface Compiler {
  /** Directory that holds `zig` and `lib/`. */
  readonly directory: string;
  /** The program; `zig clang`, `zig ld.lld` and `zig ar` are plain LLVM tools. */
  readonly zig: string;
  /** Headers that belong to the compiler: stddef.h, stdint.h, immintrin.h, … */
  readonly includeDirectory: string;
}

export function compilerAt(directory: string): Compiler {
  return {
    directory,
    zig: join(directory, "zig"),
    includeDirectory: join(directory, "lib", "include"),
  };
}
