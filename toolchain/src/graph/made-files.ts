// Sources and a linker script that an application makes instead of bringing them: files for the
// time of a build.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Application } from "../apps/application.ts";
import { withTemporary } from "../store/atomic.ts";
import type { Store } from "../store/store.ts";
import { type FileHash, sha256, sha256File } from "./hash.ts";

export interface MadeFiles {
  readonly directory: string;
  readonly sources: readonly FileHash[];
  /** The platform's, or what the application made of it. */
  readonly linkerScript: string;
}

export async function withMadeFiles<Result>(
  store: Store,
  application: Application,
  linkerScript: string,
  build: (made: MadeFiles) => Promise<Result>,
): Promise<Result> {
  const { made } = application;
  if (!made) return build({ directory: application.directory, sources: [], linkerScript });
  return withTemporary(store.temporaryDirectory, "application", async (directory) => {
    await mkdir(directory);
    const sources: FileHash[] = [];
    for (const [path, text] of made.sources) {
      await writeFile(join(directory, path), text);
      sources.push({ path, sha256: sha256(text) });
    }
    const script = join(directory, "image.ld");
    await writeFile(script, made.linkerScript(await readFile(linkerScript, "utf8")));
    const result = await build({ directory, sources, linkerScript: script });
    for (const file of application.files) {
      if (sha256File(join(application.directory, file.path)) === file.sha256) continue;
      throw new Error(`${file.path} changed while the image was being built; build again`);
    }
    return result;
  });
}
