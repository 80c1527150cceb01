// The layout of an image comes with its platform.
import { join } from "node:path";
import type { Library } from "./library.ts";

/** The platform's linker script; a platform is the one library that has one. */
export function linkerScript(libraries: readonly Library[]): string {
  const scripts = libraries.flatMap(({ directory, description }) =>
    description.linkerScript ? [join(directory, description.linkerScript)] : [],
  );
  const [script] = scripts;
  if (!script || scripts.length > 1) {
    throw new Error(`exactly one library must have a linkerScript; ${scripts.length} have`);
  }
  return script;
}
