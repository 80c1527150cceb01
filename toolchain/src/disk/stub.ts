// The EFI program of disk images, without a kernel in it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureProgram, type Program, programFlags } from "../programs/program.ts";
import type { Store } from "../store/store.ts";
import type { BuildOptions } from "../types.ts";

const stub: Program = {
  name: "efi-stub",
  sourceDirectory: join(import.meta.dirname, "..", "..", "efi"),
  compileFlags: [
    "--target=x86_64-unknown-windows-msvc",
    ...programFlags,
    "-Os",
    "-mno-red-zone",
    "-mgeneral-regs-only",
    "-fshort-wchar",
  ],
  link: {
    tool: "lld-link",
    arguments: (output) => [
      "/subsystem:efi_application",
      "/entry:efi_main",
      "/nodefaultlib",
      // Nothing of when or where it was made.
      "/timestamp:0",
      "/filealign:512",
      `/out:${output}`,
    ],
  },
};

/** The program's bytes, after building it when the store lacks it. */
export async function ensureEfiStub(store: Store, options: BuildOptions = {}): Promise<Buffer> {
  return readFile(await ensureProgram(stub, store, options));
}
