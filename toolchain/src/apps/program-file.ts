// An application that is one file: a kernel or a program for Linux, whichever its content is.
import { readFileSync } from "node:fs";
import type { ImageRequest } from "../types.ts";
import type { Application } from "./application.ts";
import { readBinaryApplication } from "./binary.ts";
import { readKernelApplication } from "./kernel.ts";

export function readFileApplication(request: ImageRequest): Application {
  const bytes = readFileSync(request.app);
  return readKernelApplication(request, bytes) ?? readBinaryApplication(request.app, bytes);
}
