// The compiler that every image is built with. Its pin is over the files that are used (hash
// rule of lib/README.md), so that upstream's archive and PyPI's wheel are interchangeable.

export const compilerPin = {
  version: "0.17.1",
  files: ["zig", "lib/include/**", "lib/compiler_rt.zig", "lib/compiler_rt/**", "lib/std/**"],
  sha256: "69a7cd67d949f63f31bdea2a2018752024fbe7adf824b303ea93d51f61690b2a",
} as const;

/** Enters every key and every sourceHash. */
export const compilerIdentity = `zig ${compilerPin.version} ${compilerPin.sha256}`;
