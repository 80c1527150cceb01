// The options that commands about an image share: from a command line and unikernel.json to a
// request.
import { resolve } from "node:path";
import type { ImageRequest, Optimize, OptionValue, Platform } from "../types.ts";
import { UsageError } from "./command.ts";
import { noDescription, parseDescription, readDescriptionText } from "./description.ts";

/** For node:util's parseArgs. */
export const requestOptions = {
  library: { type: "string", multiple: true },
  option: { type: "string", multiple: true },
  optimize: { type: "string" },
  platform: { type: "string" },
} as const;

export const requestHelp = `  --library NAME      a micro-library the application uses; may be repeated
  --option K=V        a Kconfig symbol and its value (y, n, a number or text); may be repeated
  --optimize PROFILE  speed (default), size or debug
  --platform NAME     kvm (default: a virtual machine), xen (a guest of Xen) or
                      linux (a sandboxed process)

DIR may hold unikernel.json: {"libraries": [...], "options": {...}, "optimize": "...",
"platform": "..."}; the command line adds to it.`;

export interface RequestValues {
  readonly library?: string[] | undefined;
  readonly option?: string[] | undefined;
  readonly optimize?: string | undefined;
  readonly platform?: string | undefined;
}

/** The request for an application's directory; without one, for what the command line says. */
export function readRequest(
  directory: string | undefined,
  values: RequestValues,
  help: string,
): ImageRequest {
  const file =
    directory === undefined ? noDescription : parseDescription(readDescriptionText(directory));
  const options: Record<string, OptionValue> = { ...file.options };
  for (const text of values.option ?? []) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new UsageError(`--option ${text}: expected SYMBOL=VALUE`, help);
    options[text.slice(0, equals).replace(/^CONFIG_/, "")] = text.slice(equals + 1);
  }
  return {
    app: directory === undefined ? "" : resolve(directory),
    libraries: [...new Set([...file.libraries, ...(values.library ?? [])])],
    options,
    optimize: readOptimize(values.optimize ?? file.optimize ?? optimizeProfiles[0], help),
    platform: readPlatform(values.platform ?? file.platform ?? platforms[0], help),
    architecture: "x86_64",
  };
}

/** The default first. */
export const optimizeProfiles = ["speed", "size", "debug"] as const;
export const platforms = ["kvm", "xen", "linux"] as const;

function readOptimize(text: string, help: string): Optimize {
  const found = optimizeProfiles.find((profile) => profile === text);
  if (found) return found;
  throw new UsageError(`optimize must be speed, size or debug, not "${text}"`, help);
}

function readPlatform(text: string, help: string): Platform {
  const found = platforms.find((platform) => platform === text);
  if (found) return found;
  throw new UsageError(`platform must be kvm, xen or linux, not "${text}"`, help);
}
