// Turns what the compiler printed into problems with the user's own paths and lines.
import type { Problem } from "../problems.ts";
import type { CompileFailure } from "./compile.ts";

const diagnosticLine = /^(.+?):(\d+):(?:(\d+):)? (fatal error|error): (.*)$/;

/** One problem per error; without any recognised line, one with the whole output. */
export function compilerProblems(failure: CompileFailure): Problem[] {
  const problems: Problem[] = [];
  for (const line of failure.output.split("\n")) {
    const match = diagnosticLine.exec(line);
    if (!match) continue;
    const [, file = "", lineNumber = "", column, , message = ""] = match;
    problems.push({
      path: "",
      message: `error: ${message}`,
      location: {
        file: displayPath(failure, file),
        line: Number(lineNumber),
        ...(column ? { column: Number(column) } : {}),
      },
    });
  }
  if (problems.length > 0) return problems;
  return [{ path: "", message: `${failure.source.path}: ${failure.output.trim()}` }];
}

/** Paths of this machine become those that the build graph knows. */
function displayPath(failure: CompileFailure, file: string): string {
  const clean = file.replace(/^\.\//, "");
  for (const root of failure.roots) {
    if (clean.startsWith(`${root.directory}/`)) {
      const inner = clean.slice(root.directory.length + 1);
      return root.logical === "app" ? inner : `${root.logical}/${inner}`;
    }
  }
  return clean;
}
