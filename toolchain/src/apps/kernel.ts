// A kernel that somebody has built already: the image is its file, byte by byte.
import { basename, dirname } from "node:path";
import { sha256 } from "../graph/hash.ts";
import { imagePlatform } from "../image/platform.ts";
import type { Problem } from "../problems.ts";
import type { ImageRequest } from "../types.ts";
import type { Application } from "./application.ts";

/** Undefined when no machine could enter it. */
export function readKernelApplication(
  request: ImageRequest,
  bytes: Buffer,
): Application | undefined {
  const platform = imagePlatform(bytes);
  if (platform === undefined) return undefined;
  const problems: Problem[] = [];
  const refuse = (path: string, message: string) => problems.push({ path, message });
  if (platform !== request.platform) {
    refuse("platform", `${request.app} is a kernel for "${platform}", not "${request.platform}"`);
  }
  const asItIs = `${request.app} is a kernel already and is taken as it is`;
  if (request.libraries.length > 0) refuse("libraries", `${asItIs}: remove the libraries`);
  if (Object.keys(request.options).length > 0) refuse("options", `${asItIs}: remove the options`);
  return {
    kind: "kernel",
    directory: dirname(request.app),
    implicitLibraries: [],
    files: [{ path: basename(request.app), sha256: sha256(bytes) }],
    sources: [],
    logical: "app",
    problems,
  };
}
