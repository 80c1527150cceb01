// The script and the style of the page as text: esbuild joins our files and d3-hierarchy's.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";

export interface PageParts {
  readonly script: string;
  readonly style: string;
  /** Of the libraries whose code is in the script. */
  readonly notices: readonly { readonly name: string; readonly text: string }[];
}

const directory = join(import.meta.dirname, "page");

export async function bundlePage(): Promise<PageParts> {
  const { outputFiles } = await build({
    entryPoints: [join(directory, "main.ts"), join(directory, "style.css")],
    outdir: directory,
    absWorkingDir: directory,
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
    // What a user's project says of its own code is not for ours.
    tsconfigRaw: "{}",
  });
  const text = (extension: string) => {
    const file = outputFiles.find((each) => each.path.endsWith(extension));
    if (!file) throw new Error(`the page's ${extension} was not made`);
    return file.text.trim();
  };
  return { script: text(".js"), style: text(".css"), notices: [notice("d3-hierarchy")] };
}

function notice(name: string): PageParts["notices"][number] {
  const main = createRequire(import.meta.url).resolve(name);
  return { name, text: readFileSync(join(dirname(main), "..", "LICENSE"), "utf8").trim() };
}
