// An application of C and assembler sources: a directory whose *.c and *.S files are compiled,
// subdirectories included, against the declared libraries and libc.
import { statSync } from "node:fs";
import { readKnownTree } from "../libraries/tree.ts";
import type { Application } from "./application.ts";

const sourceFile = /\.(c|S)$/;
/** Neither is part of an application: tools' directories, and the description of the request. */
const ignored = /^(node_modules|unikernel\.json)$/;

export function readCApplication(directory: string): Application {
  const base = {
    kind: "c",
    directory,
    implicitLibraries: ["musl"],
    logical: "app",
  };
  const none = { ...base, files: [], sources: [] };
  try {
    if (!statSync(directory).isDirectory()) {
      return { ...none, problems: [{ path: "app", message: `${directory} is not a directory` }] };
    }
  } catch {
    return {
      ...none,
      problems: [{ path: "app", message: `the directory ${directory} does not exist` }],
    };
  }
  let files: Application["files"];
  try {
    files = readKnownTree(
      directory,
      (path) => !ignored.test(path.slice(path.lastIndexOf("/") + 1)),
    );
  } catch (error) {
    const message = `cannot read ${directory}: ${(error as Error).message}`;
    return { ...none, problems: [{ path: "app", message }] };
  }
  const sources = files.map((file) => file.path).filter((path) => sourceFile.test(path));
  const problems =
    sources.length > 0
      ? []
      : [{ path: "app", message: `${directory} holds no C sources (*.c or *.S)` }];
  return { ...base, files, sources, problems };
}
