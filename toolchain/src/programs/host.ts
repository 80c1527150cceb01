// How programs that run on the host are compiled and linked: static.
import { type Program, programFlags } from "./program.ts";

export const hostProgramFlags: readonly string[] = [
  "--target=x86_64-linux-musl",
  ...programFlags,
  "-O2",
  "-fno-pic",
  "-fno-pie",
];

/** With further arguments of the linker. */
export function hostProgramLink(...more: readonly string[]): Program["link"] {
  return {
    tool: "ld.lld",
    arguments: (output) => [
      ...["-m", "elf_x86_64", "-static", "-nostdlib", "--build-id=none", "--strip-all"],
      ...["--fatal-warnings", "-z", "noexecstack", ...more],
      ...["-o", output],
    ],
  };
}
