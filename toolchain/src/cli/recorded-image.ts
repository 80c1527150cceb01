// The argument IMAGE|DIR of the commands that tell about an image: a digest, a bootable file, or
// an application's directory, which is built first when it has changed.
import { readFileSync } from "node:fs";
import { sha256 } from "../graph/hash.ts";
import { planImage } from "../plan.ts";
import { buildRecorded, findRecord, type RecordedImage } from "../record/ensure.ts";
import type { Store } from "../store/store.ts";
import { UsageError } from "./command.ts";
import { isImageFile } from "./image-file.ts";
import { type RequestValues, readRequest, requestHelp, requestOptions } from "./request.ts";

export const recordedImageHelp = `IMAGE is a digest (sha256:HEX, as many digits as tell it from others) or a bootable file that this
machine's store has built; DIR is an application's directory, which is built first if it has
changed.

${requestHelp}

  --libraries DIR     the micro-libraries' directory (default: those of this toolchain)`;

/** For node:util's parseArgs. */
export const recordedImageOptions = { ...requestOptions, libraries: { type: "string" } } as const;

interface Values extends RequestValues {
  readonly libraries?: string | undefined;
}

export async function recordedImage(
  argument: string,
  values: Values,
  store: Store,
  signal: AbortSignal,
  usage: string,
): Promise<RecordedImage> {
  const digest = digestOf(argument, store, usage);
  if (digest === undefined) {
    const plan = await planImage(
      readRequest(argument, values, usage),
      values.libraries ? { librariesDirectory: values.libraries } : {},
    );
    return buildRecorded(plan, store, {
      signal,
      onProgress: (message) => console.error(message),
      onWarning: (message) => console.error(message),
    });
  }
  const image = await store.image(digest);
  if (!image) {
    throw new Error(
      `${argument}: the store has no image ${digest}; build it here with \`unikernel build DIR\``,
    );
  }
  const record = findRecord(store, image);
  if (!record) {
    throw new Error(
      `${argument}: nothing was kept of how this image was built, because an older version built it; name its application's directory instead`,
    );
  }
  return { image, record };
}

/** Whether the argument names an image, and not a directory. */
export function isImage(argument: string): boolean {
  return argument.startsWith("sha256:") || isImageFile(argument);
}

/** Undefined when it is not an image but, as far as it can be told here, a directory. */
function digestOf(argument: string, store: Store, usage: string): string | undefined {
  if (/^sha256:[0-9a-f]{64}$/.test(argument)) return argument;
  if (/^sha256:[0-9a-f]{6,63}$/.test(argument)) return store.digestOf(argument);
  if (argument.startsWith("sha256:")) {
    throw new UsageError(
      `"${argument}" is not a digest: expected sha256: and 64 hexadecimal digits, or the first of them, at least 6`,
      usage,
    );
  }
  return isImageFile(argument) ? `sha256:${sha256(readFileSync(argument))}` : undefined;
}
