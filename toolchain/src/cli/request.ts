// The options that `build` and `run` share, and unikernel.json: from a command line to a request.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { FieldReader } from "../libraries/fields.ts";
import type { ImageRequest, Optimize, OptionValue, Platform } from "../types.ts";
import { UsageError } from "./command.ts";

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
  --platform NAME     kvm (default: a virtual machine) or linux (a sandboxed process)

DIR may hold unikernel.json: {"libraries": [...], "options": {...}, "optimize": "..."};
the command line adds to it.`;

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
    directory === undefined ? noDescription : readDescription(join(directory, "unikernel.json"));
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
    optimize: readOptimize(values.optimize ?? file.optimize ?? "speed", help),
    platform: readPlatform(values.platform ?? "kvm", help),
    architecture: "x86_64",
  };
}

function readOptimize(text: string, help: string): Optimize {
  if (text === "speed" || text === "size" || text === "debug") return text;
  throw new UsageError(`optimize must be speed, size or debug, not "${text}"`, help);
}

function readPlatform(text: string, help: string): Platform {
  if (text === "kvm" || text === "linux") return text;
  throw new UsageError(`platform must be kvm or linux, not "${text}"`, help);
}

interface FileRequest {
  readonly libraries: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly optimize?: string | undefined;
}

const noDescription: FileRequest = { libraries: [], options: {} };

function readDescription(path: string): FileRequest {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Without a directory the plan says what is wrong.
    if (code === "ENOENT" || code === "ENOTDIR") return noDescription;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`unikernel.json: not JSON: ${(error as Error).message}`);
  }
  const fields = new FieldReader(value, "unikernel.json");
  const options = fields.object("options");
  for (const [symbol, option] of Object.entries(options)) {
    if (!["boolean", "number", "string"].includes(typeof option)) {
      throw new Error(`unikernel.json: options.${symbol} must be true, false, a number or text`);
    }
  }
  const request: FileRequest = {
    libraries: fields.strings("libraries"),
    options: options as Record<string, OptionValue>,
    optimize: fields.optionalString("optimize"),
  };
  fields.finish();
  return request;
}
