// For tests that need libraries but not their code: folders with Kconfig and library.json.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { librarySymbol } from "./library.ts";
import { LibraryRegistry } from "./registry.ts";

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** The root Kconfig, and for each library what stands below its symbol; until the file's end. */
export function writeLibraries(
  root: string,
  libraries: Readonly<Record<string, string>>,
): LibraryRegistry {
  const directory = mkdtempSync(join(tmpdir(), "unikernel-libraries-"));
  directories.push(directory);
  writeFileSync(join(directory, "Kconfig"), `${root}rsource "*/Kconfig"\n`);
  for (const [name, lines] of Object.entries(libraries)) {
    mkdirSync(join(directory, name));
    const kconfig = `config ${librarySymbol(name)}\n\tbool "${name}"\n${lines}`;
    writeFileSync(join(directory, name, "Kconfig"), kconfig);
    const description = { version: "1", licence: "MIT", description: name };
    writeFileSync(join(directory, name, "library.json"), JSON.stringify(description));
  }
  return new LibraryRegistry(directory);
}

/** An application of which only matters what libraries it needs. */
export const noSources = {
  kind: "c",
  directory: "",
  implicitLibraries: ["musl"],
  files: [],
  sources: [],
  logical: "app",
  problems: [],
};
