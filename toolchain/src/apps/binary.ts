// A static program for Linux, built by whatever builds it: its file becomes part of the image as
// it is, and its system calls end in the library OS.
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { sha256 } from "../graph/hash.ts";
import { type Program, readProgram } from "../image/program.ts";
import type { Application } from "./application.ts";
import { programScript, programSource } from "./binary-layout.ts";

const sourceName = "program.S";

export function readBinaryApplication(path: string): Application {
  const base = {
    kind: "binary",
    directory: dirname(path),
    implicitLibraries: ["linux-binary"],
    logical: "app",
  };
  const refused = (message: string): Application => ({
    ...base,
    files: [],
    sources: [],
    problems: [{ path: "app", message }],
  });
  let bytes: Buffer;
  let program: Program;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return refused(`the file ${path} does not exist`);
    if (code === "EISDIR") return refused(`${path} is a directory; give the program's file`);
    return refused(`cannot read ${path}: ${(error as Error).message}`);
  }
  try {
    program = readProgram(bytes);
  } catch (error) {
    return refused(`${path} ${(error as Error).message}`);
  }
  const name = basename(path);
  const hash = sha256(bytes);
  return {
    ...base,
    files: [{ path: name, sha256: hash }],
    sources: [],
    made: {
      sources: new Map([[sourceName, programSource(program, name, hash)]]),
      linkerScript: (script) => programScript(script, program),
    },
    problems: [],
  };
}
