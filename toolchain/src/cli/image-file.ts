// Whether an argument of the command line is an image: a file, but neither a module nor a program
// that an image is to be built of.
import { readFileSync, statSync } from "node:fs";
import { isModuleName } from "../apps/module-name.ts";
import { imagePlatform } from "../image/platform.ts";

export function isImageFile(path: string): boolean {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile && !isModuleName(path) && !isProgram(readFileSync(path));
}

function isProgram(bytes: Buffer): boolean {
  const isElf = bytes.subarray(0, 4).toString("latin1") === "\x7fELF";
  return isElf && imagePlatform(bytes) === undefined;
}
