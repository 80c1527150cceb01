// What tests of the builder share: a directory with the tiny libraries, an application, and a
// store of its own. The compiler is the machine's.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { beforeAll } from "vitest";
import { compilerAt } from "../../toolchain/src/compiler/compiler.ts";
import { ensureRuntime } from "../../toolchain/src/compiler/runtime.ts";
import {
  type BuildOptions,
  buildImage,
  ensureCompiler,
  type ImageRequest,
  openStore,
  planImage,
  type RunAction,
  type StoredImage,
} from "../../toolchain/src/index.ts";
import { writeFakeLibraries, writeText } from "./fake-libraries.ts";
import { temporaryDirectory } from "./temporary.ts";

export interface Workshop {
  readonly directory: string;
  readonly libraries: string;
  readonly app: string;
  readonly store: ReturnType<typeof openStore>;
  write(path: string, text: string): void;
  plan(request?: Partial<ImageRequest>): ReturnType<typeof planImage>;
  build(request?: Partial<ImageRequest>, options?: BuildOptions): Promise<StoredImage>;
}

export const counterMain = `#include <counter.h>

int main(void)
{
	return (int)counter_next();
}
`;

/** Holds the compiler's runtime: the one part that takes seconds and is the same for all tests. */
const runtimeStore = openStore(temporaryDirectory());
/** What was done for it. */
export const runtimeActions: RunAction[] = [];

beforeAll(async () => {
  const onAction = (action: RunAction) => void runtimeActions.push(action);
  await ensureRuntime(runtimeStore, compilerAt(await ensureCompiler()), { onAction });
});

/** A fresh workshop; its directory is removed after the file's tests. */
export function workshop(): Workshop {
  const directory = temporaryDirectory();
  const libraries = join(directory, "libraries");
  const app = join(directory, "app");
  const store = openStore(join(directory, "store"));
  cpSync(runtimeStore.path("archives"), store.path("archives"), { recursive: true });
  writeFakeLibraries(libraries);
  writeText(join(app, "main.c"), counterMain);
  const plan = (request: Partial<ImageRequest> = {}) =>
    planImage(
      {
        app,
        libraries: ["counter"],
        options: {},
        optimize: "speed",
        platform: "kvm",
        architecture: "x86_64",
        ...request,
      },
      { librariesDirectory: libraries },
    );
  return {
    directory,
    libraries,
    app,
    store,
    write: (path, text) => writeText(join(directory, path), text),
    plan,
    build: async (request, options) => buildImage(await plan(request), store, options),
  };
}
