// `unikernel run`: runs an image, or what an application's directory builds to, in the foreground,
// in QEMU or as a sandboxed process: console on stdout, exit status of the guest as its own.
import { readFileSync } from "node:fs";
import { buildImage } from "../build.ts";
import { imagePlatform } from "../image/platform.ts";
import { planImage } from "../plan.ts";
import { parseSizeBytes } from "../size.ts";
import { openStore, type Store } from "../store/store.ts";
import { type Command, parseCommandLine, UsageError } from "./command.ts";
import { isImageFile } from "./image-file.ts";
import { withPinned } from "./pinned-image.ts";
import { runGuest } from "./qemu.ts";
import { readRequest, requestHelp, requestOptions } from "./request.ts";
import { parseVolume } from "./volumes.ts";

const usage = "unikernel run --help";

export const command: Command = {
  summary: "run an image in the foreground",
  help: `Usage: unikernel run DIR|IMAGE [options] [-- ARGUMENT...]

Runs an image, or builds the application in DIR first: in QEMU, or an image of the platform
linux as a sandboxed process. The guest's console is stdout, its exit status this command's.
Ctrl-C stops it.

  --memory SIZE       e.g. 32MiB (default)
  --port HOST:GUEST   forwards a TCP port; may be repeated
  --env K=V           an environment variable; may be repeated
  --volume FILE:/PATH a file of the host as a disk, and where its files are to be in a guest with
                      the library volumes; :read-only may follow; may be repeated
  --machine TYPE      microvm (default), pc or q35; of QEMU
  --accelerator NAME  tcg (default) or kvm; of QEMU
  --tap NAME          a tap interface as the network of a sandboxed process

${requestHelp}`,

  async run(commandLine, signal) {
    const { values, positionals } = parse(commandLine);
    const [target, ...guestArguments] = positionals;
    if (!target) throw new UsageError("expected a directory or an image", usage);
    const guest = {
      memoryBytes: parseMemory(values.memory ?? "32MiB"),
      ports: (values.port ?? []).map(parsePort),
      environment: values.env ?? [],
      volumes: (values.volume ?? []).map(parseVolume),
      arguments: guestArguments,
    };
    const store = openStore();
    const find = async () =>
      isImageFile(target) ? target : await build(target, values, store, signal);
    return withPinned(store, find, async (image) => {
      const platform = imagePlatform(readFileSync(image));
      if (platform === "xen") {
        throw new UsageError(`${image} is for Xen: start it there, as docs/xen.md says`, usage);
      }
      const isSandbox = platform === "linux";
      refuseForeign(isSandbox, values);
      if (isSandbox) {
        const { runSandbox } = await import("./sandbox.ts");
        return runSandbox({ ...guest, image, tap: values.tap }, signal);
      }
      const { machine = "microvm", accelerator = "tcg" } = values;
      return runGuest({ ...guest, image, machine, accelerator }, signal);
    });
  },
};

/** An option that would be ignored is a mistake. */
function refuseForeign(
  isSandbox: boolean,
  values: { machine?: string; accelerator?: string; tap?: string },
): void {
  const foreign = isSandbox ? (["machine", "accelerator"] as const) : (["tap"] as const);
  const given = foreign.find((name) => values[name] !== undefined);
  if (given === undefined) return;
  const what = isSandbox ? "runs as a process, not in QEMU" : "runs in QEMU";
  throw new UsageError(`--${given}: the image ${what}`, usage);
}

async function build(
  directory: string,
  values: Parameters<typeof readRequest>[1],
  store: Store,
  signal: AbortSignal,
): Promise<string> {
  const plan = await planImage(readRequest(directory, values, usage));
  const image = await buildImage(plan, store, {
    signal,
    onProgress: (message) => console.error(message),
    onWarning: (message) => console.error(message),
  });
  return image.path;
}

/** Bytes of "32MiB", "1GiB" or "64M". */
export function parseMemory(text: string): number {
  const bytes = /[KMG]/i.test(text) ? parseSizeBytes(text) : undefined;
  if (!bytes) throw new UsageError(`memory "${text}": expected e.g. 32MiB`, usage);
  return bytes;
}

export function parsePort(text: string): { readonly host: number; readonly guest: number } {
  const [host, guest] = (/^(\d+):(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (host === undefined || !guest || host > 65535 || guest > 65535) {
    throw new UsageError(`port "${text}": expected HOST:GUEST, e.g. 8080:80`, usage);
  }
  return { host, guest };
}

function parse(commandLine: string[]) {
  return parseCommandLine(
    {
      args: commandLine,
      allowPositionals: true,
      options: {
        ...requestOptions,
        memory: { type: "string" },
        port: { type: "string", multiple: true },
        env: { type: "string", multiple: true },
        volume: { type: "string", multiple: true },
        machine: { type: "string" },
        accelerator: { type: "string" },
        tap: { type: "string" },
      },
    },
    usage,
  );
}
