// Whose code an object in an image is: the linker's names tell the library and the source file.

import type { BuildRecord } from "../record/types.ts";
import type { Origin } from "./figures/data.ts";
import { visible } from "./format.ts";

export interface Owner {
  readonly origin: Origin;
  /** A library's name, or what stands for one: "application", "compiler runtime", "linker". */
  readonly library: string;
  /** The source file, relative to the library's or the third-party tree's directory. */
  readonly object: string;
}

/** What has no library of its own. */
export const applicationName = "application";
export const runtimeName = "compiler runtime";
export const linkerName = "linker";

/** Link-time optimisation leaves one object per input, called after the output and the input. */
const optimised = /^((?:app|lib)\/)[^/]*\.lto\./;
const archiveMember = /^lib\/([^/(]+)\.a\((.*)\)(?:\.o)?$/;

/** Tells owners from names like "lib/musl.a(musl-headers-1.2.5!src!stdio!puts.c.o)". */
export function ownerOf(
  record: Pick<BuildRecord, "libraries" | "sources">,
): (file: string) => Owner {
  const trees = record.sources.map((source) => `${source.name}-${source.version}/`);
  const libraries = new Set(record.libraries.map((library) => library.name));
  return (file) => {
    const plain = file.replace(optimised, "$1");
    const [, archive, member] = archiveMember.exec(plain) ?? [];
    if (archive === "compiler-runtime" && member !== undefined) {
      return { origin: "compiler", library: runtimeName, object: sourcePath(member) };
    }
    if (archive !== undefined && member !== undefined && libraries.has(archive)) {
      const path = sourcePath(member);
      const tree = trees.find((prefix) => path.startsWith(prefix));
      return {
        origin: tree === undefined ? "own" : "third-party",
        library: archive,
        object: withoutPrefix(path, tree ?? `${archive}/`),
      };
    }
    if (plain.startsWith("app/")) {
      const path = sourcePath(plain.slice("app/".length));
      return {
        origin: "application",
        library: applicationName,
        object: withoutPrefix(path, "app/"),
      };
    }
    return { origin: "linker", library: linkerName, object: visible(plain) };
  };
}

/** "musl!start.c.o at 637105" is made of musl/start.c. */
function sourcePath(member: string): string {
  return visible(member)
    .replace(/ at \d+$/, "")
    .replace(/\.o$/, "")
    .replaceAll("!", "/");
}

function withoutPrefix(path: string, prefix: string): string {
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}
