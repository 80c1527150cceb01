// The image's objects and archives, linked with what they need of the lazy libraries.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { linkFlags } from "../compiler/flags.ts";
import { forgottenSymbols } from "../image/elf.ts";
import type { Library } from "../libraries/library.ts";
import type { BuildOptions } from "../types.ts";
import { runAction } from "./action.ts";
import { type Archive, allSymbols, objectInputs, type WholeArchive } from "./archive.ts";
import type { CompiledObject } from "./compile.ts";
import { sha256File } from "./hash.ts";
import { LinkFailure, type LinkInputs, linkImage } from "./link.ts";
import { ensureMembers } from "./members.ts";
import type { Pool } from "./pool.ts";
import { undefinedSymbols } from "./undefined-symbols.ts";
import type { ImageContext } from "./unit.ts";

export interface ClosureInputs extends Pick<LinkInputs, "runtime" | "linkerScript"> {
  readonly objects: readonly CompiledObject[];
  readonly whole: readonly WholeArchive[];
  /** Those of the image, in link order. */
  readonly libraries: readonly Library[];
  /** The application's directory: whose link it is. */
  readonly scope: string;
}

export interface LinkedImage {
  readonly path: string;
  readonly bytes: Buffer;
  /** In link order. */
  readonly archives: readonly Archive[];
}

/**
 * Links inside `directory`. Link-time optimisation may come to call functions that no object
 * mentions, or whose definitions it has thrown away (`printf("x\n")` becomes `puts("x")`). That is
 * seen when it is done; then it is done once more, and told to keep them.
 */
export async function linkClosure(
  image: ImageContext,
  inputs: ClosureInputs,
  directory: string,
  pool: Pool,
  options: BuildOptions,
): Promise<LinkedImage> {
  const { objects, whole, libraries, runtime, linkerScript } = inputs;
  const { store, compiler, optimize } = image;
  const lazy = libraries.filter(({ description }) => description.link === "lazy");
  const { needed } = allSymbols([...objects, ...whole]);
  const wanted: string[] = [];
  for (let attempt = 1; ; attempt++) {
    const members = await ensureMembers(image, lazy, [...needed, ...wanted], pool, options);
    const made = new Map([...whole, ...members].map((archive) => [archive.library, archive]));
    const archives = libraries.map((library) => made.get(library) as Archive);
    const given = { objects, archives, runtime, linkerScript, optimize, wanted };
    const place = join(directory, String(attempt));
    options.onProgress?.("linking");
    let missing: string[];
    let failure: LinkFailure;
    try {
      const action = { kind: "link", name: "image", scope: inputs.scope } as const;
      const path = await runAction(store, options, action, async () => ({
        result: await linkImage(store, compiler, given, place, options.signal),
        inputs: {
          ...objectInputs(objects),
          ...Object.fromEntries(
            archives.map(({ library, sha256 }) => [`archive ${library.name}`, sha256 ?? ""]),
          ),
          "linker script": sha256File(linkerScript),
          "linker's flags": [...linkFlags(optimize), ...wanted].join(" "),
        },
      }));
      const bytes = await readFile(path);
      missing = forgottenSymbols(bytes);
      if (missing.length === 0) return { path, bytes, archives };
      failure = new LinkFailure(`they are called, and defined nowhere: ${missing.join(", ")}`);
    } catch (error) {
      if (!(error instanceof LinkFailure)) throw error;
      missing = optimize === "debug" ? [] : undefinedSymbols(error.output);
      failure = error;
    }
    const fresh = missing.filter((symbol) => !wanted.includes(symbol));
    if (fresh.length === 0) throw failure;
    wanted.push(...fresh);
  }
}
