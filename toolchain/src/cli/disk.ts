// `unikernel disk`: writes a disk that machines with UEFI firmware and clouds start an image from.
import { readFileSync } from "node:fs";
import { diskImage } from "../disk/disk-image.ts";
import { diskFormats, formatOfName } from "../disk/formats/format.ts";
import { ensureEfiStub } from "../disk/stub.ts";
import { writeSparse } from "../disk/write.ts";
import { imagePlatform } from "../image/platform.ts";
import { parseSizeBytes } from "../size.ts";
import { openStore, type Store } from "../store/store.ts";
import { type Command, parseCommandLine, UsageError } from "./command.ts";
import { isImageFile } from "./image-file.ts";
import { lastingConfiguration } from "./qemu.ts";
import { recordedImage, recordedImageHelp, recordedImageOptions } from "./recorded-image.ts";

const usage = "unikernel disk --help";
const gibibyte = 2 ** 30;

export const command: Command = {
  summary: "write a disk for UEFI machines and clouds",
  help: `Usage: unikernel disk IMAGE|DIR --output FILE [options] [-- ARGUMENT...]

Writes a disk with a GUID partition table and one EFI system partition, from which UEFI firmware
starts the image. Needs no root and no other tools; the same input gives the same bytes.

  --output FILE       .raw or .img, .qcow2, .vhd (fixed), or .tar.gz as Google Cloud imports it
  --format NAME       ${Object.keys(diskFormats).join(", ")}, where FILE's name does not say it
  --size SIZE         of the disk, e.g. 1GiB (default: what is needed; tar.gz: 1GiB)
  --env K=V           an environment variable; may be repeated

Environment and arguments lie in a file of their own on the partition, for whoever can read the disk.

${recordedImageHelp}`,

  async run(commandLine, signal) {
    const { values, positionals } = parse(commandLine);
    const [argument, ...guestArguments] = positionals;
    if (!argument) throw new UsageError("expected an image or a directory", usage);
    const { output } = values;
    if (output === undefined) throw new UsageError("expected --output FILE", usage);
    const format = values.format ?? formatOfName(output);
    const write = format === undefined ? undefined : diskFormats[format];
    if (write === undefined) {
      const known = Object.keys(diskFormats).join(", ");
      const given = format === undefined ? `the name "${output}" says no format` : `"${format}"`;
      throw new UsageError(`--format: ${given}; expected one of ${known}`, usage);
    }
    const sizeBytes = readSize(values.size, format === "tar.gz");
    const store = openStore();
    const kernel = await readKernel(argument, values, store, signal);
    if (imagePlatform(kernel) !== "kvm") {
      throw new Error(`${argument}: a disk starts images of the platform kvm`);
    }
    const environment = values.env ?? [];
    const isTold = environment.length + guestArguments.length > 0;
    const disk = diskImage({
      stub: await ensureEfiStub(store, {
        signal,
        onProgress: (message) => console.error(message),
      }),
      kernel,
      configuration: isTold
        ? Buffer.from(lastingConfiguration({ arguments: guestArguments, environment }))
        : undefined,
      sizeBytes,
    });
    const file = write(disk);
    await writeSparse(output, file);
    const dataBytes = file.extents.reduce((sum, { data }) => sum + data.length, 0);
    console.log(`${output}: ${dataBytes} bytes of data in a disk of ${disk.sizeBytes} bytes`);
    return 0;
  },
};

function readSize(text: string | undefined, isGoogles: boolean): number | undefined {
  if (text === undefined) return isGoogles ? gibibyte : undefined;
  const sizeBytes = parseSizeBytes(text);
  if (!sizeBytes) throw new UsageError(`--size "${text}": expected e.g. 64MiB or 1GiB`, usage);
  if (isGoogles && sizeBytes % gibibyte !== 0) {
    throw new UsageError(`--size ${text}: Google Cloud wants whole GiB`, usage);
  }
  return sizeBytes;
}

async function readKernel(
  argument: string,
  values: ReturnType<typeof parse>["values"],
  store: Store,
  signal: AbortSignal,
): Promise<Buffer> {
  if (isImageFile(argument)) return readFileSync(argument);
  const { image } = await recordedImage(argument, values, store, signal, usage);
  return readFileSync(image.path);
}

function parse(commandLine: string[]) {
  return parseCommandLine(
    {
      args: commandLine,
      allowPositionals: true,
      options: {
        ...recordedImageOptions,
        output: { type: "string" },
        format: { type: "string" },
        size: { type: "string" },
        env: { type: "string", multiple: true },
      },
    },
    usage,
  );
}
