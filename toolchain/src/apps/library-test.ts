// A library's own test as an application: one file of its test/ directory, linked with the
// library and what library.json lists for it, and with nothing else.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../graph/hash.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import { readTree } from "../libraries/tree.ts";
import type { ImageRequest } from "../types.ts";
import type { Application } from "./application.ts";

/** A request whose application is `lib/NAME/test/FILE`. */
export function libraryTestRequest(
  registry: LibraryRegistry,
  name: string,
  file: string,
  {
    optimize = "debug",
    platform = "kvm",
  }: Partial<Pick<ImageRequest, "optimize" | "platform">> = {},
): ImageRequest {
  const library = registry.get(name, "test");
  const needs = library.description.tests[file];
  return {
    app: join(library.directory, "test"),
    testFile: file,
    libraries: [name, ...(needs?.libraries ?? [])],
    options: { ...needs?.options },
    optimize,
    platform,
    architecture: "x86_64",
  };
}

/** The programs in the test directories of all libraries. */
export function listLibraryTests(
  registry: LibraryRegistry,
): { readonly library: string; readonly file: string }[] {
  const tests: { library: string; file: string }[] = [];
  for (const library of registry.names()) {
    try {
      const names = readdirSync(join(registry.root, library, "test")).sort();
      tests.push(...names.filter((name) => name.endsWith(".c")).map((file) => ({ library, file })));
    } catch {
      // A library without tests of its own.
    }
  }
  return tests;
}

export function readTestApplication(directory: string, file: string): Application {
  const base = {
    kind: "test",
    directory,
    implicitLibraries: [],
    logical: "app",
  };
  try {
    const content = readFileSync(join(directory, file));
    // Its headers may be shared by the tests of the folder; other tests do not matter.
    const headers = readTree(directory, (path) => !/\.(c|S)$/.test(path));
    const files = [...headers, { path: file, sha256: sha256(content) }];
    return { ...base, files, sources: [file], problems: [] };
  } catch (error) {
    const message = `cannot read the test ${file}: ${(error as Error).message}`;
    return { ...base, files: [], sources: [], problems: [{ path: "app", message }] };
  }
}
