// A static program for Linux, built by whatever builds it: its file becomes part of the image as
// it is, and its system calls end in the library OS.
import { basename, dirname } from "node:path";
import { sha256 } from "../graph/hash.ts";
import { type Program, readProgram } from "../image/program.ts";
import type { Application } from "./application.ts";
import { programScript, programSource } from "./binary-layout.ts";

const sourceName = "program.S";

export function readBinaryApplication(path: string, bytes: Buffer): Application {
  const base = {
    kind: "binary",
    directory: dirname(path),
    implicitLibraries: ["linux-binary"],
    logical: "app",
  };
  let program: Program;
  try {
    program = readProgram(bytes);
  } catch (error) {
    const message = `${path} ${(error as Error).message}`;
    return { ...base, files: [], sources: [], problems: [{ path: "app", message }] };
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
