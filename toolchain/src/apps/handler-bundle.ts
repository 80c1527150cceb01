// A handler's module and all that it imports as one file, with a map of its positions. What a guest
// does not have is refused where it is imported.
import { builtinModules } from "node:module";
import type { BuildFailure, BuildOptions, Message, OutputFile, Plugin } from "esbuild";
import type { Problem } from "../problems.ts";

export interface HandlerBundle {
  /** A module exports the handler; a script leaves its exports in `unikernelExports`. */
  readonly kind: "module" | "script";
  readonly text: string;
  /** JSON; its sources are relative to the handler's directory. */
  readonly map: string;
}

export interface BundleResult {
  readonly bundle?: HandlerBundle;
  readonly problems: readonly Problem[];
}

const common = {
  bundle: true,
  write: false,
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["worker", "import", "module", "default"],
  target: "es2023",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  sourcesContent: false,
  sourcemap: "external",
  // The same bytes whatever a terminal or a locale says.
  charset: "ascii",
  logLevel: "silent",
  color: false,
} as const satisfies BuildOptions;

/** Of `name` in the directory or, with a text, of that CommonJS text as if it were there. */
export async function bundleHandler(
  directory: string,
  name: string,
  text: string | undefined,
): Promise<BundleResult> {
  const { build } = await import("esbuild");
  const kind = text === undefined ? "module" : "script";
  const entry: BuildOptions =
    text === undefined
      ? { entryPoints: [`./${name}`], format: "esm" }
      : {
          stdin: { contents: text, resolveDir: directory, sourcefile: name, loader: "js" },
          format: "iife",
          globalName: "unikernelExports",
        };
  try {
    const { outputFiles } = await build({
      ...common,
      ...entry,
      absWorkingDir: directory,
      outfile: "handler.bundle.js",
      plugins: [refuseNodeModules],
    });
    const content = (isMap: boolean) =>
      (outputFiles as OutputFile[]).find(({ path }) => path.endsWith(".map") === isMap)?.text ?? "";
    return { bundle: { kind, text: content(false), map: content(true) }, problems: [] };
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>;
    if (!Array.isArray(errors)) throw error;
    return { problems: errors.map(toProblem) };
  }
}

const builtin = new Set(builtinModules);

const refuseNodeModules: Plugin = {
  name: "refuse-node-modules",
  setup(build) {
    build.onResolve({ filter: /^(node:|[a-z_])/ }, ({ path }) => {
      const name = path.replace(/^node:/, "");
      if (name === path && !builtin.has(name)) return undefined;
      const text = `"${path}" is a module of Node.js, which a guest does not have: handlers have what the web's standards offer (fetch, crypto, streams, URL, ...)`;
      return { errors: [{ text }] };
    });
  },
};

function toProblem({ text, location }: Message): Problem {
  if (!location) return { path: "app", message: text };
  const { file, line, column } = location;
  return { path: "app", message: text, location: { file, line, column: column + 1 } };
}
