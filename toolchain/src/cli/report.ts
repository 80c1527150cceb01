// `unikernel report`: write what an image is made of as one HTML page.
import { writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { RecordedImage } from "../record/ensure.ts";
import { openStore } from "../store/store.ts";
import { type Command, parseCommandLine, UsageError } from "./command.ts";
import {
  isImage,
  recordedImage,
  recordedImageHelp,
  recordedImageOptions,
} from "./recorded-image.ts";

const usage = "unikernel report --help";

export const command: Command = {
  summary: "write what an image is made of as one HTML page",
  help: `Usage: unikernel report IMAGE|DIR [--compare IMAGE|DIR] [options]

Writes one HTML page that needs no network: bytes by library, object and symbol, the graph of
libraries with every reason, changed options, sections and permissions, bill of materials and
provenance. With --compare also what grew and what shrank since the other image.

  --compare OTHER     an image or a directory; none of the options below are for this one
  -o, --output FILE   where to write (default: report-DIGEST.html here; - for standard output)
  --title NAME        what to call the application (default: DIR's name)

${recordedImageHelp}`,

  async run(commandLine, signal) {
    const { values, positionals } = parse(commandLine);
    const [argument, ...more] = positionals;
    if (!argument || more.length > 0)
      throw new UsageError("expected one image or directory", usage);
    const store = openStore();
    const found = await recordedImage(argument, values, store, signal, usage);
    const other = values.compare
      ? await recordedImage(values.compare, {}, store, signal, usage)
      : undefined;
    const { writeReport } = await import("../report/write.ts");
    const named = (image: RecordedImage, from: string, title?: string) => ({
      ...image,
      title: title ?? (isImage(from) ? "" : applicationTitle(from)),
    });
    const page = await writeReport(
      store,
      named(found, argument, values.title),
      other && named(other, values.compare as string),
    );
    if (values.output === "-") {
      process.stdout.write(page);
      return 0;
    }
    const file = values.output ?? `report-${found.record.manifest.digest.slice(7, 19)}.html`;
    try {
      writeFileSync(file, page);
    } catch (error) {
      throw new Error(`cannot write the report: ${(error as Error).message}`);
    }
    console.log(`report: ${file}`);
    return 0;
  },
};

/** The directory's name, or its parent's when it only says that it holds an application. */
function applicationTitle(directory: string): string {
  const path = resolve(directory);
  return /^(app|src)$/.test(basename(path)) ? basename(dirname(path)) : basename(path);
}

function parse(commandLine: string[]) {
  return parseCommandLine(
    {
      args: commandLine,
      allowPositionals: true,
      options: {
        ...recordedImageOptions,
        compare: { type: "string" },
        output: { type: "string", short: "o" },
        title: { type: "string" },
      },
    },
    usage,
  );
}
