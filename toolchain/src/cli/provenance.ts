// `unikernel provenance`: print how an image was built, as an in-toto statement.
import { openStore } from "../store/store.ts";
import { type Command, parseCommandLine, UsageError } from "./command.ts";
import { recordedImage, recordedImageHelp, recordedImageOptions } from "./recorded-image.ts";

const usage = "unikernel provenance --help";

export const command: Command = {
  summary: "print how an image was built, as an in-toto statement",
  help: `Usage: unikernel provenance IMAGE|DIR [options]

Prints the provenance of an image as an unsigned in-toto statement with SLSA's predicate: the
request, everything that entered the build by hash, and the compiler. It is kept beside the image
in the store.

${recordedImageHelp}`,

  async run(commandLine, signal) {
    const { values, positionals } = parse(commandLine);
    const [argument, ...more] = positionals;
    if (!argument || more.length > 0)
      throw new UsageError("expected one image or directory", usage);
    const store = openStore();
    const { record } = await recordedImage(argument, values, store, signal, usage);
    const { makeProvenance, provenanceFileName } = await import("../provenance/provenance.ts");
    const text = makeProvenance(record);
    await store.keep(record.manifest, provenanceFileName, text);
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
