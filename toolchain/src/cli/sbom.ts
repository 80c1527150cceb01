// `unikernel sbom`: print the software bill of materials of an image.
import { openStore } from "../store/store.ts";
import { type Command, parseCommandLine, UsageError } from "./command.ts";
import { recordedImage, recordedImageHelp, recordedImageOptions } from "./recorded-image.ts";

const usage = "unikernel sbom --help";

export const command: Command = {
  summary: "print the software bill of materials of an image",
  help: `Usage: unikernel sbom IMAGE|DIR [options]

Prints what is in an image as CycloneDX 1.6 JSON: the application, every library with version, hash,
licence and origin, what depends on what, and the compiler. It is kept beside the image in the store.

${recordedImageHelp}`,

  async run(commandLine, signal) {
    const { values, positionals } = parse(commandLine);
    const [argument, ...more] = positionals;
    if (!argument || more.length > 0)
      throw new UsageError("expected one image or directory", usage);
    const store = openStore();
    const { record } = await recordedImage(argument, values, store, signal, usage);
    const { makeSbom, sbomFileName } = await import("../sbom/sbom.ts");
    const text = makeSbom(record);
    await store.keep(record.manifest, sbomFileName, text);
    process.stdout.write(text);
    return 0;
  },
};

function parse(commandLine: string[]) {
  return parseCommandLine(
    { args: commandLine, allowPositionals: true, options: recordedImageOptions },
    usage,
  );
}
