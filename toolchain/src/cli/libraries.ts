// `unikernel libraries`: what can be declared.
import { bundledLibrariesDirectory } from "../home.ts";
import { LibraryRegistry } from "../libraries/registry.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  summary: "list the micro-libraries",
  help: "Usage: unikernel libraries\n\nLists the micro-libraries with version, licence and purpose.",

  async run() {
    const registry = new LibraryRegistry(bundledLibrariesDirectory);
    for (const name of registry.names()) {
      const { version, licence, description } = registry.get(name, "libraries").description;
      console.log(`${name.padEnd(16)} ${version.padEnd(8)} ${licence.padEnd(14)} ${description}`);
    }
    return 0;
  },
};
