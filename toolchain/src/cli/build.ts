// `unikernel build`: an application's directory becomes an image in the store.
import { copyFileSync, writeFileSync } from "node:fs";
import { buildImage } from "../build.ts";
import { planImage } from "../plan.ts";
import { openStore } from "../store/store.ts";
import type { RunAction } from "../types.ts";
import { type Command, parseCommandLine, UsageError } from "./command.ts";
import { readRequest, requestHelp, requestOptions } from "./request.ts";

const usage = "unikernel build --help";

export const command: Command = {
  summary: "build an image from an application's directory",
  help: `Usage: unikernel build DIR [options]

Builds the application in DIR with the libraries it declares, and prints the image's digest.

${requestHelp}

  --output FILE       also copy the bootable image to FILE
  --json              print the image's manifest as JSON
  --plan              resolve and print, without building
  --explain           say of each step that ran which of its inputs has changed
  --trace FILE        write what ran, and when, for Perfetto or about:tracing
  --jobs N            compilers at a time (default: the number of cores)
  --libraries DIR     the micro-libraries' directory (default: those of this toolchain)`,

  async run(commandLine, signal) {
    const { values, positionals } = parse(commandLine);
    const [directory, ...more] = positionals;
    if (!directory || more.length > 0) throw new UsageError("expected one directory", usage);
    const plan = await planImage(
      readRequest(directory, values, usage),
      values.libraries ? { librariesDirectory: values.libraries } : {},
    );
    if (values.plan) {
      const { sourceHash, libraries } = plan;
      const configuration = Object.fromEntries(plan.configuration);
      console.log(JSON.stringify({ sourceHash, libraries, configuration }, undefined, 2));
      return 0;
    }
    const actions: RunAction[] = [];
    const image = await buildImage(plan, openStore(), {
      ...(values.explain || values.trace ? { onAction: (one) => void actions.push(one) } : {}),
      signal,
      onProgress: (message) => console.error(message),
      onWarning: (message) => console.error(message),
      ...(values.jobs ? { jobs: Number(values.jobs) } : {}),
    });
    if (values.explain) console.error(explained(actions));
    if (values.trace) {
      const { traceOf } = await import("../graph/trace.ts");
      writeFileSync(values.trace, JSON.stringify(traceOf(actions)));
    }
    if (values.output) copyFileSync(image.path, values.output);
    if (values.json) {
      const { path, symbolsPath } = image;
      console.log(JSON.stringify({ ...image.manifest, path, symbolsPath }, undefined, 2));
    } else {
      const { digest, sizeBytes, libraries } = image.manifest;
      console.log(`digest: ${digest}\nsizeBytes: ${sizeBytes}\nlibraries:`);
      for (const library of libraries) {
        console.log(`  ${library.name} ${library.version} (${library.reason})`);
      }
      console.log(`image: ${values.output ?? image.path}`);
    }
    return 0;
  },
};

function explained(actions: readonly RunAction[]): string {
  const ran = actions.filter(({ reasons }) => reasons.length > 0);
  if (ran.length === 0) return "nothing ran: the store has this image";
  return ran.map(({ kind, name, reasons }) => `${kind} ${name}: ${reasons.join("; ")}`).join("\n");
}

function parse(commandLine: string[]) {
  return parseCommandLine(
    {
      args: commandLine,
      allowPositionals: true,
      options: {
        ...requestOptions,
        output: { type: "string" },
        json: { type: "boolean" },
        plan: { type: "boolean" },
        explain: { type: "boolean" },
        trace: { type: "string" },
        jobs: { type: "string" },
        libraries: { type: "string" },
      },
    },
    usage,
  );
}
