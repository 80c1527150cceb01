// `unikernel symbolize`: crash records as functions, files and lines.
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { openStore } from "@pulumi-unikernel/toolchain";
import { type CrashRecord, crashesIn, formatCrash } from "../guests/crash.ts";
import {
  type CrashImage,
  imageOfBuild,
  informationOf,
  readImage,
  symbolsPath,
} from "../guests/image-of-crash.ts";
import {
  type Command,
  chooseGuest,
  findGuests,
  HOST_HELP,
  HOST_OPTIONS,
  parseCommandLine,
  UsageError,
} from "./hosts.ts";
import { shortDigest } from "./table.ts";

const usage = "unikernel symbolize --help";

export const command: Command = {
  summary: "turn crash records into functions, files and lines",
  help: `Usage: unikernel symbolize [options] [FILE]

Shows the crash records in a text (a file, or stdin) or on a guest's console with the functions, files
and lines of their addresses. A record says which build it is of, and is shown with the debug
information of that one: it stands in this machine's store, beside each image that was built here.

  --guest GUEST       the console of this guest: a name, an id or its beginning
  --image IMAGE       a digest (sha256:HEX, or its first digits) or a file with symbols, instead of
                      whichever image of the store is of that build
${HOST_HELP}`,

  async run(commandLine) {
    const { values, positionals } = parseCommandLine(
      {
        args: commandLine,
        options: { ...HOST_OPTIONS, guest: { type: "string" }, image: { type: "string" } },
        allowPositionals: true,
      },
      usage,
    );
    const [file, ...others] = positionals;
    if (others.length > 0 || (file !== undefined && values.guest !== undefined)) {
      throw new UsageError("name one file, or a guest", usage);
    }
    const source =
      values.guest === undefined
        ? { name: file ?? "stdin", text: await readText(file), digests: [] }
        : await readConsole(values.guest, values.libvirt);
    const crashes = crashesIn(source.text);
    if (crashes.length === 0) throw new Error(`${source.name}: there is no crash record in it`);
    const named = values.image === undefined ? undefined : await namedImage(values.image);
    for (const crash of crashes) {
      const image = named ?? (await imageOfBuild(crash.build, source.digests));
      console.log(describe(crash, image));
    }
    return 0;
  },
};

function readText(file: string | undefined): Promise<string> {
  return file === undefined || file === "-" ? text(process.stdin) : readFile(file, "utf8");
}

async function readConsole(name: string, libvirt: readonly string[] | undefined) {
  const { driver, id, digest } = chooseGuest(await findGuests(libvirt), name);
  const parts: Buffer[] = [];
  for (let position = 0; ; ) {
    const bytes = await driver.readConsole(id, position);
    if (bytes.length === 0) break;
    parts.push(bytes);
    position += bytes.length;
  }
  return { name: id, text: Buffer.concat(parts).toString("utf8"), digests: [digest] };
}

/** What --image says. */
async function namedImage(name: string): Promise<CrashImage> {
  const store = openStore();
  const digest = name.startsWith("sha256:") ? store.digestOf(name) : undefined;
  const path = digest === undefined ? name : symbolsPath(store, digest);
  const image = await readImage(digest ?? name, path);
  if (image === undefined) throw new Error(`--image ${name}: there is no such file`);
  if (image.build === undefined) {
    throw new Error(`--image ${name}: it is no image with symbols; the store keeps symbols.elf`);
  }
  return image;
}

function describe(crash: CrashRecord, image: CrashImage | undefined): string {
  if (image === undefined) {
    throw new Error(
      `the crash is of build ${crash.build}, and no image of this machine's store is; ` +
        "build it here with `unikernel build DIR`, or name a file with --image",
    );
  }
  if (image.build !== crash.build) {
    throw new Error(`the crash is of build ${crash.build}, but ${image.name} is ${image.build}`);
  }
  const name = image.name.startsWith("sha256:") ? shortDigest(image.name) : image.name;
  return [...formatCrash(crash, informationOf(image)), `  build ${crash.build}, ${name}`].join(
    "\n",
  );
}
